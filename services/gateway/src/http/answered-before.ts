import type { Operation } from '@tidegate/contracts/kernel/operation';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { Ask, Exchange } from './mount-operations.ts';

/**
 * A request that was already answered is not refused at the edge when it is repeated: the change has happened, and the
 * client that lost the answer gets it again. `If-Match` cannot match what the request itself has changed, and the call
 * may have used the last of the quota. Throws the refusal when the key has no answer.
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
