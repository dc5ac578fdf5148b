import type { z } from 'zod';
import type { Audited, NotAudited } from './audit.ts';
import type { AnyProblem } from './problem.ts';
import { register } from './registry.ts';
import type { ServiceName } from './service-names.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Operation<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  E extends readonly AnyProblem[] = readonly AnyProblem[],
> {
  readonly kind: 'operation';
  readonly service: ServiceName;
  /** `<noun>.<verb>`, unique within the service. */
  readonly name: string;
  /** NATS subject, `rpc.<service>.<name>`. */
  readonly subject: string;
  readonly http: readonly [method: HttpMethod, path: string] | undefined;
  /** The scope that the caller needs. `public`: anyone. `service`: other services only, never mounted on HTTP. */
  readonly scope: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly input: I;
  readonly output: O;
  /** What a handler may throw besides the common problems: the compiler refuses others. */
  readonly errors: E;
  /** Shown in the documentation. Missing fields are filled in from the schema. */
  readonly example: { readonly input?: unknown; readonly output?: unknown };
  /** The counted or metered feature that this uses; shown in the documentation. */
  readonly limit: string | undefined;
  /** What the plan must include for it: it is refused otherwise, and answered while the product is read-only. */
  readonly needs: Needs | undefined;
  /** How it gets into the audit log of the organisation, or why not. Reads have none. */
  readonly audit: Audited | NotAudited | undefined;
  /** HTTP status of success. */
  readonly status: number;
  /** A read runs in read-only transactions and may be retried freely. */
  readonly readonly: boolean;
  /** Milliseconds until the caller gives up. */
  readonly deadlineMs: number;
  /** Whether a call with an API key counts as an API call of the plan, and is refused once they are used up. */
  readonly metered: boolean;
  /**
   * A public operation whose input identifies the caller, by a password or an unguessable token. It is answered
   * whatever others in the same network did, and counts against that network only when the input was wrong.
   */
  readonly judgedByInput: boolean;
  /** Asked for `text/csv` it answers with its `csv`. Its input has `format`. */
  readonly csv: boolean;
  /**
   * What it answers is a file of this type, its `name` and its `content` in base64. Over HTTP its bytes are the answer.
   */
  readonly file: string | undefined;
  /**
   * Its body may also be CloudEvents, which become its field `events`. Each may name an organisation as its subject, so a
   * service key need not choose one for the request.
   */
  readonly cloudEvents: boolean;
}

export type Input<Op> = Op extends Operation<infer I, z.ZodType> ? z.output<I> : never;
/** The problems that an operation declares. */
export type Declared<Op extends Operation> = Op['errors'][number];
export type Output<Op> = Op extends Operation<z.ZodType, infer O> ? z.input<O> : never;

/** A yes of the plan, or a level of at least so much: what `needsFeature` and `needsLevel` of billing say. */
export interface Needs {
  readonly feature: string;
  readonly least?: string;
}

interface OperationSpec<I extends z.ZodType, O extends z.ZodType, E extends readonly AnyProblem[]> {
  service: ServiceName;
  name: string;
  http?: readonly [HttpMethod, string];
  scope: string;
  summary: string;
  description?: string;
  input: I;
  output: O;
  errors?: E;
  example?: { input?: z.input<NoInfer<I>>; output?: z.input<NoInfer<O>> };
  limit?: string;
  needs?: Needs;
  audit?: Audited | NotAudited;
  status?: number;
  /** Defaults to true for GET, false otherwise. An internal query says `readonly: true`. */
  readonly?: boolean;
  deadlineMs?: number;
  /** `false` exempts an operation that people need to solve the problem, besides those in `ACCOUNT`. */
  metered?: false;
  judgedByInput?: true;
  csv?: true;
  file?: 'application/pdf';
  cloudEvents?: true;
}

/**
 * A used-up quota never locks people out of their account: operations on oneself, the organisation, its members, keys,
 * plan and usage do not count as API calls of the plan.
 */
const ACCOUNT = /^(public|service|operator|self|(org|members|keys|billing|audit):\w+|usage:read)$/;

/** A list whose problems the compiler does not know individually would allow every problem. */
type Literal<E extends readonly AnyProblem[]> = string extends E[number]['code'] ? { errors: never } : unknown;

/** Declares an operation: its input, its output, and every way in which it can fail. */
export function operation<
  I extends z.ZodType,
  O extends z.ZodType,
  const E extends readonly AnyProblem[] = readonly [],
>(spec: OperationSpec<I, O, E> & Literal<E>): Operation<I, O, E> {
  const method = spec.http?.[0];
  if (spec.scope === 'service' && spec.http) throw new Error(`${spec.name}: scope "service" cannot be on HTTP.`);
  if (spec.scope !== 'service' && !spec.http && spec.scope !== 'operator') {
    throw new Error(`${spec.name}: an operation without http needs scope "service" or "operator".`);
  }
  return register({
    kind: 'operation',
    service: spec.service,
    name: spec.name,
    subject: `rpc.${spec.service}.${spec.name}`,
    http: spec.http,
    scope: spec.scope,
    summary: spec.summary,
    description: spec.description,
    input: spec.input,
    output: spec.output,
    errors: spec.errors ?? ([] as unknown as E),
    example: spec.example ?? {},
    limit: spec.limit,
    needs: spec.needs,
    audit: spec.audit,
    status: spec.status ?? (method === 'POST' ? 201 : 200),
    readonly: spec.readonly ?? method === 'GET',
    deadlineMs: spec.deadlineMs ?? 10_000,
    metered: spec.metered ?? !ACCOUNT.test(spec.scope),
    judgedByInput: spec.judgedByInput ?? false,
    csv: spec.csv ?? false,
    file: spec.file,
    cloudEvents: spec.cloudEvents ?? false,
  });
}

/**
 * Whether it stores something new of a customer's. On a full disk it is refused; what people need to get out of that, such as
 * logging in, stopping a bot, deleting or paying, never is.
 */
export const takesRoom = ({ metered, status, readonly }: Operation): boolean =>
  metered && !readonly && (status === 201 || status === 202);
