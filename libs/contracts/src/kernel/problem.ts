import { z } from 'zod';
import type { FieldCode, ParamsOf, TextOf } from './field-texts.ts';
import { filled, type Params } from './fill-text.ts';
import { foundFault } from './found-fault.ts';
import type { DetailOf } from './problem-texts.ts';
import { UpgradeAddon } from './upgrade-addon.ts';

export const FieldError = z
  .object({
    field: z.string().meta({ description: 'JSON pointer into the input' }),
    code: z.string(),
    message: z.string().meta({ description: 'What is wrong and what to do' }),
    params: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .meta({
        description: 'The values in the message, such as `maximum`: with the code they say it in another language',
        examples: [{ maximum: 100 }],
      }),
  })
  .meta({ id: 'FieldError' });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem document. `code` is stable; `title` and `detail` are for people. */
export const ProblemDocument = z
  .object({
    type: z.string().meta({ description: '`urn:tidegate:problem:` and the code' }),
    code: z.string().meta({ description: 'For programs: never changes its meaning' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional().meta({ description: 'For people: what happened here and what to do' }),
    instance: z.string().optional().meta({ description: 'The path of the request' }),
    traceId: z.string().optional(),
    retryAfterSeconds: z.int().optional(),
    errors: z.array(FieldError).optional(),
  })
  .catchall(z.unknown())
  .meta({ id: 'Problem', description: 'RFC 9457. Besides these members a problem has those of its code.' });
export type ProblemDocument = z.infer<typeof ProblemDocument>;

/** A declared error, whatever its data. */
export interface AnyProblem {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly data: z.ZodType | undefined;
}

type NeedsNothing<D> = string extends keyof D ? true : Partial<D> extends D ? true : false;
/** The data given with a problem; required data must be given. The detail is one of its texts (`problem-texts.ts`). */
type Given<P> = P extends { readonly code: infer Code extends string; readonly data: z.ZodType<infer D> | undefined }
  ? NeedsNothing<D> extends true
    ? [data?: D, detail?: DetailOf<Code>]
    : [data: D, detail?: DetailOf<Code>]
  : never;

/** A declared error. Only an operation that declares it can throw it: `throw refuse(botHalted, data, detail)`. */
export interface Problem<D = unknown, Code extends string = string> extends AnyProblem {
  readonly code: Code;
  readonly data: z.ZodType<D> | undefined;
}

/** A problem that every operation may throw, by calling it. */
export interface CommonProblem<D = unknown, Code extends string = string> extends Problem<D, Code> {
  (...given: Given<Problem<D, Code>>): ProblemError;
}

/**
 * Makes the error of a problem, of those that an operation declares: an undeclared one does not compile. A function
 * that throws problems for several operations takes it as a parameter: `refuse: Refuse<typeof botHalted>` is given by
 * every operation that declares `botHalted`, and by no other.
 */
export interface Refuse<in P extends AnyProblem> {
  <Q extends P>(problem: Q, ...given: Given<Q>): ProblemError;
  /** Never set: it lets the compiler see that a `Refuse` for fewer problems is not one for more. */
  readonly declares?: (problem: P) => void;
}

/** A declared error with its data. Everything in it is shown to the caller. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly detail: string | undefined;

  constructor(
    shape: { code: string; status: number; title: string },
    data: Readonly<Record<string, unknown>> = {},
    detail?: string,
  ) {
    super(`${shape.code}: ${detail ?? shape.title}`);
    this.code = shape.code;
    this.status = shape.status;
    this.title = shape.title;
    this.data = data;
    this.detail = detail;
  }

  toDocument(): ProblemDocument {
    return {
      ...this.data,
      type: `urn:tidegate:problem:${this.code}`,
      code: this.code,
      title: this.title,
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
    };
  }

  static fromDocument(document: ProblemDocument): ProblemError {
    const { type: _type, code, title, status, detail, instance: _instance, traceId: _traceId, ...data } = document;
    return new ProblemError({ code, status, title }, data, detail);
  }
}

/** Members of every problem document. Data must not use their names. */
const OWN: ReadonlySet<string> = new Set(['type', 'code', 'title', 'status', 'detail', 'instance', 'traceId']);

export function problem<const Code extends string, D extends Record<string, unknown> = Record<string, never>>(
  code: Code,
  status: number,
  title: string,
  data?: z.ZodType<D>,
): Problem<D, Code> {
  if (!/^[a-z][a-z0-9_]*$/.test(code)) throw new Error(`Problem code "${code}" must be snake_case.`);
  if (status < 400 || status > 599) throw new Error(`Problem "${code}" needs an HTTP error status, got ${status}.`);
  const taken = Object.keys((data instanceof z.ZodObject ? data.shape : {}) as object).filter((name) => OWN.has(name));
  if (taken.length > 0)
    throw new Error(`Problem "${code}": ${taken.join(', ')} is a member of every problem. Rename it.`);
  return { code, status, title, data };
}

/** For code outside operations: what answers before one is known, start-up, and fakes of services in tests. */
export const problemError: Refuse<AnyProblem> = (shape, ...[data, detail]) =>
  new ProblemError(shape, data as Record<string, unknown> | undefined, detail as string | undefined);

/** For those in `COMMON_PROBLEMS`, and for the edge, which answers before an operation is known. */
export function commonProblem<const Code extends string, D extends Record<string, unknown> = Record<string, never>>(
  ...definition: Parameters<typeof problem<Code, D>>
): CommonProblem<D, Code> {
  const { code, status, title, data } = problem<Code, D>(...definition);
  const make = (given?: D, detail?: string) => new ProblemError({ code, status, title }, given, detail);
  return Object.assign(make, { code, status, title, data }) as unknown as CommonProblem<D, Code>;
}

export const malformedBody = commonProblem('malformed_body', 400, 'The body is not valid JSON');
export const validationFailed = commonProblem(
  'validation_failed',
  422,
  'Some fields are not valid',
  z.object({ errors: z.array(FieldError) }),
);
export const unauthenticated = commonProblem('unauthenticated', 401, 'Missing or invalid credentials');
export const forbidden = commonProblem('forbidden', 403, 'Not allowed', z.object({ scope: z.string() }).partial());
export const notFound = commonProblem('not_found', 404, 'Not found');
export const methodNotAllowed = commonProblem('method_not_allowed', 405, 'Method not allowed');
export const conflict = commonProblem('conflict', 409, 'Conflict with the current state');
export const alreadyDone = commonProblem('already_done', 409, 'This request was already carried out');
export const idempotencyKeyReused = commonProblem(
  'idempotency_key_reused',
  422,
  'The idempotency key was used for another request',
);
export const preconditionFailed = commonProblem(
  'precondition_failed',
  412,
  'The current version is not the one in If-Match',
  z.object({ etag: z.string() }),
);
export const misdirectedRequest = commonProblem(
  'misdirected_request',
  421,
  'This installation does not answer to this host name',
  z.object({ host: z.string() }),
);
export const bodyTooLarge = commonProblem(
  'body_too_large',
  413,
  'The body is too large',
  z.object({ limitBytes: z.int() }),
);
export const answerTooLarge = commonProblem(
  'answer_too_large',
  413,
  'The answer is too large to send',
  z.object({ limitBytes: z.int() }),
);
export const unsupportedMediaType = commonProblem('unsupported_media_type', 415, 'Send application/json');
const PRODUCT = z.string().nullable().meta({ description: 'Whose plan decides; null for what all products share' });
const UPGRADE_TO = z.string().nullable().meta({ description: 'The cheapest plan of that product that gives more' });
const ADDON = UpgradeAddon.optional().meta({ description: 'An add-on that gives more; absent: none does' });

export const rateLimited = commonProblem(
  'rate_limited',
  429,
  'Too many requests',
  z.object({
    retryAfterSeconds: z.int(),
    /** Of a rate that plans sell: as every refusal by a plan says it. */
    product: PRODUCT.optional(),
    upgradeTo: UPGRADE_TO.optional(),
    addon: ADDON,
  }),
);

export const quotaExhausted = commonProblem(
  'quota_exhausted',
  429,
  'The quota of this period is used up',
  z.object({
    meter: z.string(),
    limit: z.int(),
    used: z.int(),
    resetsAt: z.string().nullable().meta({ description: 'null: the limit applies to all use there has been' }),
    product: PRODUCT,
    upgradeTo: UPGRADE_TO,
    addon: ADDON,
    /** Set by the gateway: until the next period, or until leased units may come back. */
    retryAfterSeconds: z.int().optional(),
  }),
);
export const planLimitReached = commonProblem(
  'plan_limit_reached',
  402,
  'The limit of the plan is reached',
  z.object({
    feature: z.string(),
    limit: z.int(),
    used: z.int(),
    product: PRODUCT,
    plan: z.string().nullable(),
    upgradeTo: UPGRADE_TO,
    addon: ADDON,
  }),
);
export const featureNotIncluded = commonProblem(
  'feature_not_included',
  402,
  'The plan does not include this feature',
  z.object({
    feature: z.string(),
    product: PRODUCT,
    plan: z.string().nullable(),
    upgradeTo: UPGRADE_TO,
    addon: ADDON,
  }),
);
export const organisationReadOnly = commonProblem(
  'organisation_read_only',
  402,
  'The subscription needs attention: data can be read, but nothing can be created',
  z.object({ product: PRODUCT, plan: z.string().nullable() }),
);
export const timeout = commonProblem(
  'timeout',
  504,
  'The service did not answer in time',
  z.object({ retryAfterSeconds: z.int() }).partial(),
);
export const unavailable = commonProblem(
  'unavailable',
  503,
  'The service is not available right now',
  z.object({ retryAfterSeconds: z.int() }).partial(),
);
export const storageFull = commonProblem(
  'storage_full',
  503,
  'This installation has no room left for anything new',
  z.object({ retryAfterSeconds: z.int() }),
);
export const internalError = commonProblem('internal_error', 500, 'Something went wrong on our side');

/** Problems that any operation may answer with, besides those it declares. */
export const COMMON_PROBLEMS: readonly AnyProblem[] = [
  malformedBody,
  validationFailed,
  unauthenticated,
  forbidden,
  notFound,
  methodNotAllowed,
  conflict,
  alreadyDone,
  idempotencyKeyReused,
  preconditionFailed,
  bodyTooLarge,
  answerTooLarge,
  unsupportedMediaType,
  misdirectedRequest,
  rateLimited,
  quotaExhausted,
  planLimitReached,
  featureNotIncluded,
  organisationReadOnly,
  timeout,
  unavailable,
  storageFull,
  internalError,
];

/** What is wrong with one field, in a text of its code and with the text's values. `field` is a JSON pointer. */
export function faultAt<const C extends FieldCode, const T extends TextOf<C>>(
  field: string,
  code: C,
  text: T,
  ...given: ParamsOf<T>
): FieldError {
  const values = (given[0] ?? {}) as Params;
  // What is given may have more fields than the text has names.
  const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const params = Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
  return { field, code, message: filled(text, params), ...(names.length > 0 ? { params } : {}) };
}

/** One invalid field, by a rule that a schema cannot express. */
export function invalid<const C extends FieldCode, const T extends TextOf<C>>(
  field: string,
  code: C,
  text: T,
  ...params: ParamsOf<T>
): ProblemError {
  return invalidFields([faultAt(field, code, text, ...params)]);
}

/** One whose text is made of data, such as the names that there are: it is shown as it is, in every language. */
export const invalidInWords = (field: string, code: FieldCode, message: string): ProblemError =>
  invalidFields([{ field, code, message }]);

/** All invalid fields, at least one; the detail names the first. */
export function invalidFields(errors: FieldError[]): ProblemError {
  const [first] = errors;
  return validationFailed({ errors }, first && `${first.field || '/'}: ${first.message}`);
}

/** The problem as text for a terminal or a log: what happened, and each error on a line of its own. */
export function explain(error: ProblemError): string {
  const { errors } = error.data;
  if (!Array.isArray(errors) || errors.length === 0) return error.message;
  const lines = (errors as (FieldError & { line?: number })[]).map(({ field, message, line }) =>
    ['', line === undefined ? '' : `line ${line}:`, field, message]
      .filter((part, index) => index === 0 || part)
      .join(' '),
  );
  return [`${error.code}: ${error.title}`, ...lines].join('\n ');
}

/** Zod's issues as field errors; a union's or record's nested issues are flattened to their own paths. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        faultAt(pointer([...issue.path, key]), 'unknown_field', 'This field does not exist. Remove it.'),
      );
    }
    return [{ field: pointer(issue.path), ...foundFault(issue) }];
  });
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
