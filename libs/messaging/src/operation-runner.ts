import { notFound, ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { isRetryable } from './errors.ts';
import type { OperationContext, OperationHandler } from './handler.ts';
import { claimKey, recallAnswer, rememberOutput } from './idempotency.ts';
import {
  chain,
  checkedOutput,
  type Next,
  type OperationCall,
  type OperationRequest,
  onlyDeclaredProblems,
  parseInput,
  requireScope,
  type Step,
} from './operation-steps.ts';
import type { Outbox } from './outbox.ts';

const MAX_TRIES = 4;

/** The committed result, and what the answer waits for after the commit. */
interface Committed {
  output: unknown;
  later?: (() => Promise<unknown>) | undefined;
}

/** Ends the transaction of a request that was answered before. */
class AnsweredBefore extends Error {}

/**
 * Runs one operation through an ordered chain:
 *
 *   declared problems → scope → input → recalled answer → transaction, with the idempotency key, retried on conflicts
 *     → the handler, with Nest's filters, guards, interceptors and pipes around it → output
 *
 * The process that acts checks everything itself; the gateway is not a trust boundary. The steps are plain functions
 * outside rxjs, because every request pays for them; a service adds its own as guards and interceptors of Nest.
 */
export class OperationRunner {
  private readonly tenants: TenantDatabase;
  private readonly outbox: Outbox;
  private readonly chain: Next;

  constructor(tenants: TenantDatabase, outbox: Outbox) {
    this.tenants = tenants;
    this.outbox = outbox;
    this.chain = chain([onlyDeclaredProblems, requireScope, parseInput, this.recalled], this.transaction);
  }

  run(handler: OperationHandler, request: OperationRequest): Promise<unknown> {
    return this.chain({ ...request, handler });
  }

  private readonly recalled: Step = (call, next) => (call.recall ? this.recall(call) : next(call));

  /** For a caller that has a reason to refuse the request unless it was already answered. */
  private async recall({ handler, caller: { orgId, userId }, key, input }: OperationCall): Promise<unknown> {
    const owner = orgId ?? userId;
    const memory = this.tenants.reader({ orgId: owner, userId });
    const before = key && owner ? await recallAnswer(memory, handler.operation, key, input) : undefined;
    if (!before) throw notFound({}, 'There is no answer to this key.');
    return before.replay;
  }

  private readonly transaction: Next = (call) =>
    call.handler.operation.readonly ? retried(call, () => this.read(call)) : this.commit(call);

  private async commit(call: OperationCall): Promise<unknown> {
    const { output, later } = await retried(call, () => this.write(call));
    return later ? checkedOutput(call.handler.operation, await later()) : output;
  }

  private async read(call: OperationCall): Promise<unknown> {
    const tx = this.tenants.reader({ orgId: call.caller.orgId, userId: call.caller.userId });
    return checkedOutput(call.handler.operation, await this.invoke(call, tx, () => {}));
  }

  /**
   * The first query claims the key, so that a handler may do slow work before it with a key as without. Once a request
   * is known to have been answered, only that answer counts, even if the repetition is refused before any query, by a
   * quota of which the first took the last unit.
   */
  private async write(call: OperationCall): Promise<Committed> {
    const { operation } = call.handler;
    const { orgId, userId } = call.caller;
    // A person who belongs to no organisation keeps their own keys.
    const owner = orgId ?? userId;
    const key = owner ? call.key : undefined;
    const memory = (tx: Tx) => (orgId ? tx : tx.as({ orgId: owner }));
    let before: { replay: unknown } | undefined;
    let looked = false;
    const claim = async (tx: Tx) => {
      looked = true;
      before = key ? await claimKey(memory(tx), operation, key, call.input) : undefined;
      if (before) throw new AnsweredBefore();
    };
    try {
      let later: Committed['later'];
      const work = async (tx: Tx) => {
        const answer = await this.invoke(call, tx, (follows) => {
          later = follows;
        });
        // A filter or the handler may have caught it.
        if (before) throw new AnsweredBefore();
        const output = checkedOutput(operation, answer);
        if (key) await rememberOutput(memory(tx), operation, key, output);
        return output;
      };
      const output = await this.tenants.as({ orgId, userId }, work, { first: key ? claim : undefined });
      return { output, later };
    } catch (error) {
      if (key && !looked && error instanceof ProblemError) {
        before = await recallAnswer(memory(this.tenants.reader({ orgId, userId })), operation, key, call.input);
      }
      if (before) return { output: (before as { replay: unknown }).replay };
      throw error;
    }
  }

  private invoke(
    { handler, caller, input }: OperationCall,
    tx: Tx,
    answerLater: OperationContext['answerLater'],
  ): Promise<unknown> {
    const [emit, meter] = [this.outbox.emitter(tx), this.outbox.meterer(tx)];
    return handler.run({ input: input as never, caller, tx, emit, meter, refuse: problemError, answerLater });
  }
}

/** Transactions that conflicted are retried while somebody waits for the answer. */
async function retried<T>({ deadline }: OperationCall, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= MAX_TRIES || !isRetryable(error) || Date.now() >= deadline) throw error;
    }
  }
}
