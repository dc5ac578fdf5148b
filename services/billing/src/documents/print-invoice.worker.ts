import { answerTasks } from '@tidegate/runtime/worker-side';
import { drawInvoice } from './draw-sheet.ts';
import type { ToPrint } from './invoice-sheet.rules.ts';

answerTasks(async (task: ToPrint) => (await drawInvoice(task)).toString('base64'));
