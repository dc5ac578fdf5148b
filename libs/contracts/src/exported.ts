import { exported as billing } from './billing/exported.ts';
import { exported as botExecutor } from './bot-executor/exported.ts';
import { exported as identity } from './identity/exported.ts';
import type { Exported } from './kernel/exported.ts';
import type { StoringService } from './kernel/service-names.ts';
import { exported as monitorAgent } from './monitor-agent/exported.ts';
import { exported as notifier } from './notifier/exported.ts';
import { exported as usage } from './usage/exported.ts';

/** What each service exports of an organisation, in the order of an export. */
export const EXPORTED: Readonly<Record<StoringService, Exported>> = {
  identity,
  billing,
  usage,
  'monitor-agent': monitorAgent,
  'bot-executor': botExecutor,
  notifier,
};
