import { layout } from './layout.ts';
import './first-job.ts';

layout.processPerService = true;
