import { answerTasks } from '@tidegate/runtime/worker-side';
import { runSettings } from '../sweeps/run-settings.ts';
import { doing } from '../threads/thread-task.ts';

/* Apart from the other worker: it loads the engine and nothing else, on every core. */
answerTasks(doing([runSettings]));
