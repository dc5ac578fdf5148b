import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import {
  COMMON_PROBLEMS,
  fieldErrors,
  forbidden,
  notFound,
  ProblemError,
  unauthenticated,
  validationFailed,
} from '@tidegate/contracts/kernel/problem';
import { OrganisationDeleted } from '@tidegate/database/deleted-organisations';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { isRetryable } from './errors.ts';
import type { OperationContext, OperationHandler } from './handler.ts';
import { claimKey, recallAnswer, rememberOutput } from './idempotency.ts';
import type { Outbox } from './outbox.ts';

const MAX_TRIES = 4;
const COMMON = new Set(COMMON_PROBLEMS.map((problem) => problem.code));

export interface OperationRequest {
  caller: Caller;
  input: unknown;
  key?: string | undefined;
  /** Only what was answered to this key before. */
  recall?: true | undefined;
  /** Epoch milliseconds after which nobody waits for the answer. */
  deadline: number;
}

/** What was committed, and what the answer waits for after that. */
interface Committed {
  output: unknown;
  later?: (() => Promise<unknown>) | undefined;
}

/** Ends the transaction of a request that was answered before. */
class AnsweredBefore extends Error {}

/**
 * Runs one operation: scope, input, transaction, handler, output, commit. The process that acts checks everything
 * itself; the gateway is no trust boundary.
 */
export class OperationRunner {
  private readonly tenants: TenantDatabase;
  private readonly outbox: Outbox;

  constructor(tenants: TenantDatabase, outbox: Outbox) {
    this.tenants = tenants;
    this.outbox = outbox;
  }

  async run(handler: OperationHandler, asked: OperationRequest): Promise<unknown> {
    const { operation } = handler;
    authorize(operation, asked.caller);
    const parsed = operation.input.safeParse(asked.input);
    if (!parsed.success) throw invalidInput(fieldErrors(parsed.error));
    const checked = { ...asked, input: parsed.data };
    try {
      if (asked.recall) return await this.recall(operation, checked);
      if (operation.readonly) return await this.again(asked, () => this.read(handler, checked));
      const { output, later } = await this.again(asked, () => this.write(handler, checked));
      return later ? checkedOutput(operation, await later()) : output;
    } catch (error) {
      throw declared(operation, error instanceof OrganisationDeleted ? notFound({}, error.message) : error);
    }
  }

  private async again<T>({ deadline }: OperationRequest, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (attempt >= MAX_TRIES || !isRetryable(error) || Date.now() >= deadline) throw error;
      }
    }
  }

  /** For whoever has a reason to refuse the request, unless it was answered before. */
  private async recall(
    operation: Operation,
    { caller: { orgId, userId }, key, input }: OperationRequest,
  ): Promise<unknown> {
    const owner = orgId ?? userId;
    const memory = this.tenants.reader({ orgId: owner, userId });
    const before = key && owner ? await recallAnswer(memory, operation, key, input) : undefined;
    if (!before) throw notFound({}, 'Nothing was answered to this key.');
    return before.replay;
  }

  private async read(handler: OperationHandler, asked: OperationRequest): Promise<unknown> {
    const tx = this.tenants.reader({ orgId: asked.caller.orgId, userId: asked.caller.userId });
    return checkedOutput(handler.operation, await this.invoke(handler, asked, tx, () => {}));
  }

  /**
   * The key is claimed by whatever query comes first, so that a handler may do slow work before it with a key as
   * without. Once it is known that the request was answered before, that answer counts and nothing else: also when the
   * repetition is refused before any query, by a quota of which the first took the last.
   */
  private async write(handler: OperationHandler, asked: OperationRequest): Promise<Committed> {
    const { operation } = handler;
    const { orgId, userId } = asked.caller;
    // A person who belongs to no organisation keeps their own keys.
    const owner = orgId ?? userId;
    const key = owner ? asked.key : undefined;
    const memory = (tx: Tx) => (orgId ? tx : tx.as({ orgId: owner }));
    let before: { replay: unknown } | undefined;
    let looked = false;
    const claim = async (tx: Tx) => {
      looked = true;
      before = key ? await claimKey(memory(tx), operation, key, asked.input) : undefined;
      if (before) throw new AnsweredBefore();
    };
    try {
      let later: Committed['later'];
      const work = async (tx: Tx) => {
        const answer = await this.invoke(handler, asked, tx, (follows) => {
          later = follows;
        });
        const output = checkedOutput(operation, answer);
        if (key) await rememberOutput(memory(tx), operation, key, output);
        return output;
      };
      const output = await this.tenants.as({ orgId, userId }, work, { first: key ? claim : undefined });
      return { output, later };
    } catch (error) {
      if (key && !looked && error instanceof ProblemError) {
        before = await recallAnswer(memory(this.tenants.reader({ orgId, userId })), operation, key, asked.input);
      }
      if (before) return { output: (before as { replay: unknown }).replay };
      throw error;
    }
  }

  private invoke(
    handler: OperationHandler,
    { caller, input }: OperationRequest,
    tx: Tx,
    answerLater: OperationContext['answerLater'],
  ): Promise<unknown> {
    return handler.run({
      input: input as never,
      caller,
      tx,
      emit: this.outbox.emitter(tx),
      meter: this.outbox.meterer(tx),
      answerLater,
    });
  }
}

function authorize(operation: Operation, caller: Caller): void {
  const { scope } = operation;
  if (scope === 'public') return;
  if (caller.kind === 'anonymous') throw unauthenticated({}, 'Send an access token or an API key.');
  if (caller.kind === 'service') return;
  if (scope === 'service') throw forbidden();
  // `self`: whoever is logged in, about themselves; no organisation needed.
  if (scope === 'self') return;
  if (!caller.scopes.includes(scope)) throw forbidden({ scope }, `This needs the scope ${scope}.`);
  if (!caller.orgId && scope !== 'operator') {
    throw forbidden({}, 'Choose an organisation first: POST /api/v1/sessions/organisation.');
  }
}

function invalidInput(errors: ReturnType<typeof fieldErrors>): ProblemError {
  const [first] = errors;
  return validationFailed({ errors }, first ? `${first.field || '/'}: ${first.message}` : undefined);
}

/** An answer that breaks its own contract is our fault and is never sent. */
function checkedOutput(operation: Operation, output: unknown): unknown {
  const checked = operation.output.safeParse(output);
  if (checked.success) return checked.data;
  const where = fieldErrors(checked.error).map((error) => `${error.field} ${error.code}`);
  throw new Error(`The answer of ${operation.name} breaks its contract: ${where.join(', ')}`);
}

/** Only what the contract declares may leave; anything else is a fault of ours, kept as the cause. */
function declared(operation: Operation, error: unknown): unknown {
  if (!(error instanceof ProblemError)) return error;
  const known = COMMON.has(error.code) || operation.errors.some((problem) => problem.code === error.code);
  if (known) return error;
  return new Error(`${operation.name} answered the undeclared problem ${error.code}.`, { cause: error });
}
