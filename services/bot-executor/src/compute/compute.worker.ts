import { answerTasks } from '@tidegate/runtime/worker-side';
import { doTask } from './tasks.ts';

answerTasks(doTask);
