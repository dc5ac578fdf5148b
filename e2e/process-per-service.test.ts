import { firstJob } from './first-job.ts';

firstJob({ processPerService: true });
