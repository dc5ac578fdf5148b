import { firstJob } from './first-job.ts';
import { rollingRestart } from './rolling-restart.ts';

rollingRestart(firstJob({ processPerService: true }));
