import { firstJob } from './first-job.ts';
import { rollingRestart } from './rolling-restart.ts';
import { SharedPlatform } from './shared-platform.ts';

const platform = new SharedPlatform({ services: true });

firstJob(platform);
rollingRestart(platform);
