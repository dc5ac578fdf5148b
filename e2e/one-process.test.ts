import './first-job.ts';
