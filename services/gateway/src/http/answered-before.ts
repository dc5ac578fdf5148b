import type { Operation } from '@tidegate/contracts/kernel/operation';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { Ask, Exchange } from './mount-operations.ts';

/**
 * What would refuse a request now, before its service receives it, does not refuse one that was answered before: the
 * change has happened, and whoever lost the answer gets it again. `If-Match` cannot match what the request itself has
 * changed, and the call may have been the quota's last. Throws the refusal when nothing was answered to the key.
 */
export function recaller(operation: Operation, ask: Ask) {
  return async (exchange: Exchange, refusal: unknown): Promise<string | undefined> => {
    const ours = !(refusal instanceof ProblemError) || refusal.status >= 500;
    if (ours || operation.readonly || exchange.request.headers['idempotency-key'] === undefined) throw refusal;
    try {
      return await ask({ ...exchange, recall: true });
    } catch (error) {
      throw error instanceof ProblemError && error.code === 'not_found' ? refusal : error;
    }
  };
}
