import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import {
  COMMON_PROBLEMS,
  fieldErrors,
  forbidden,
  invalidFields,
  notFound,
  ProblemError,
  unauthenticated,
  unavailable,
} from '@tidegate/contracts/kernel/problem';
import { OrganisationDeleted, OrganisationMoving } from '@tidegate/database/deleted-organisations';
import type { OperationHandler } from './handler.ts';

export interface OperationRequest {
  caller: Caller;
  input: unknown;
  key?: string | undefined;
  /** Only the earlier answer to this key. */
  recall?: true | undefined;
  /** Epoch milliseconds after which nobody waits for the answer. */
  deadline: number;
}

/** One request in the chain. */
export interface OperationCall extends OperationRequest {
  handler: OperationHandler;
}

export type Next = (call: OperationCall) => Promise<unknown>;
/** Refuses the call, changes it, or does something around the rest of the chain. */
export type Step = (call: OperationCall, next: Next) => Promise<unknown>;

/** Composed once, so that a step that only checks costs a call and no promise. */
export const chain = (steps: readonly Step[], last: Next): Next =>
  steps.reduceRight<Next>((next, step) => (call) => step(call, next), last);

const COMMON = new Set(COMMON_PROBLEMS.map((problem) => problem.code));

/** Only what the contract declares is answered; anything else is a fault of ours, attached as the cause. */
export const onlyDeclaredProblems: Step = async (call, next) => {
  try {
    return await next(call);
  } catch (thrown) {
    const { operation } = call.handler;
    const error = ofOrganisation(thrown);
    if (!(error instanceof ProblemError) || isDeclared(operation, error)) throw error;
    throw new Error(`${operation.name} answered the undeclared problem ${error.code}.`, { cause: error });
  }
};

/** What `enter_organisation` refused. */
function ofOrganisation(thrown: unknown): unknown {
  if (thrown instanceof OrganisationDeleted) return notFound({}, 'The organisation was deleted.');
  if (thrown instanceof OrganisationMoving)
    return unavailable(
      { retryAfterSeconds: 60 },
      'The organisation is being moved to another installation. Until that is done it can only be read.',
    );
  return thrown;
}

const isDeclared = ({ errors }: Operation, { code }: ProblemError): boolean =>
  COMMON.has(code) || errors.some((problem) => problem.code === code);

export const requireScope: Step = (call, next) => {
  authorize(call.handler.operation, call.caller);
  return next(call);
};

function authorize(operation: Operation, caller: Caller): void {
  const { scope } = operation;
  if (scope === 'public') return;
  if (caller.kind === 'anonymous') throw unauthenticated({}, 'Send an access token or an API key.');
  if (caller.kind === 'service') return;
  if (scope === 'service') throw forbidden();
  // A service key is nobody: it has its scopes, and nothing that comes with being logged in.
  if (caller.kind === 'service_key' && scope === 'self') throw forbidden({ scope }, 'A service key has no account.');
  // `self`: any logged-in person, about themselves; no organisation needed.
  if (scope === 'self') return;
  if (!caller.scopes.includes(scope)) throw forbidden({ scope }, `This needs the scope ${scope}.`);
  if (!caller.orgId && scope !== 'operator' && !(caller.kind === 'service_key' && operation.cloudEvents)) {
    throw forbidden({}, 'Choose an organisation first: POST /api/v1/sessions/organisation.');
  }
}

export const parseInput: Step = (call, next) => {
  const parsed = call.handler.operation.input.safeParse(call.input);
  if (!parsed.success) throw invalidFields(fieldErrors(parsed.error));
  return next({ ...call, input: parsed.data });
};

/** An answer that breaks its own contract is our fault and is never sent. */
export function checkedOutput(operation: Operation, output: unknown): unknown {
  const checked = operation.output.safeParse(output);
  if (checked.success) return checked.data;
  const where = fieldErrors(checked.error).map((error) => `${error.field} ${error.code}`);
  throw new Error(`The answer of ${operation.name} breaks its contract: ${where.join(', ')}`);
}
