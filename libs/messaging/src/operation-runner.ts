import { actionDone } from '@tidegate/contracts/kernel/action-done';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { notFound, ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import type { StoringService } from '@tidegate/contracts/kernel/service-names';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { actionOf, auditOf } from './audited-action.ts';
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

/** For what changes nothing: nothing follows its answer, and it was as it is. */
const UNHEARD = { answerLater: () => {}, was: () => {} };

/**
 * Runs one operation through an ordered chain:
 *
 *   declared problems → scope → input → recalled answer → transaction, with the idempotency key, retried on conflicts
 *     → the handler, with Nest's filters, guards, interceptors and pipes around it → output → the audit log's event
 *
 * The process that acts checks everything itself; the gateway is not a trust boundary. The steps are plain functions
 * outside rxjs, because every request pays for them; a service adds its own as guards and interceptors of Nest.
 */
export class OperationRunner {
  private readonly tenants: TenantDatabase;
  private readonly outbox: Outbox;
  private readonly chain: Next;
  private readonly handlerOf: (operation: Operation) => OperationHandler | undefined;

  /** `handlerOf`: the service's other handlers, for what a thing was before its change. */
  constructor(tenants: TenantDatabase, outbox: Outbox, handlerOf: OperationRunner['handlerOf'] = () => undefined) {
    this.tenants = tenants;
    this.outbox = outbox;
    this.handlerOf = handlerOf;
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
    return checkedOutput(call.handler.operation, await this.invoke(call, tx, UNHEARD));
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
    const earlier = auditOf(operation)?.before?.();
    let was: unknown;
    const first = async (tx: Tx) => {
      looked = true;
      before = key ? await claimKey(memory(tx), operation, key, call.input) : undefined;
      if (before) throw new AnsweredBefore();
      if (earlier) was = await this.shown(earlier, call, tx);
    };
    try {
      let later: Committed['later'];
      const work = async (tx: Tx) => {
        const answer = await this.invoke(call, tx, {
          answerLater: (follows) => {
            later = follows;
          },
          was: (thing) => {
            was = thing;
          },
        });
        // A filter or the handler may have caught it.
        if (before) throw new AnsweredBefore();
        const output = checkedOutput(operation, answer);
        if (key) await rememberOutput(memory(tx), operation, key, output);
        await this.record(tx, call, output, was);
        return output;
      };
      const output = await this.tenants.as({ orgId, userId }, work, { first: key || earlier ? first : undefined });
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
    said: Pick<OperationContext, 'answerLater' | 'was'>,
  ): Promise<unknown> {
    const [emit, meter] = [this.outbox.emitter(tx), this.outbox.meterer(tx)];
    return handler.run({ input: input as never, caller, tx, emit, meter, refuse: problemError, ...said });
  }

  /** What the operation with GET answers at the beginning of the change: nothing where it refuses, as this one will. */
  private async shown(earlier: Operation, call: OperationCall, tx: Tx): Promise<unknown> {
    const handler = this.handlerOf(earlier);
    const shape = Object.keys((earlier.input as { shape?: object }).shape ?? {});
    const sent = Object.entries(call.input as object).filter(([field]) => shape.includes(field));
    const input = earlier.input.safeParse(Object.fromEntries(sent));
    if (!handler || !input.success) return undefined;
    try {
      return await this.invoke({ ...call, handler, input: input.data }, tx, UNHEARD);
    } catch (error) {
      if (error instanceof ProblemError) return undefined;
      throw error;
    }
  }

  private async record(
    tx: Tx,
    { handler, input, caller }: OperationCall,
    output: unknown,
    was: unknown,
  ): Promise<void> {
    const done = actionOf(handler.operation, { input, output, was, caller, at: new Date() });
    if (!done) return;
    const event = actionDone[handler.operation.service as StoringService];
    await this.outbox.emit(tx, event, done, done.organisationId);
  }
}

/** Transactions that conflicted are retried while somebody waits for the answer. */
async function retried<T>({ deadline }: OperationCall, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= MAX_TRIES || !isRetryable(error) || performance.now() >= deadline) throw error;
    }
  }
}
