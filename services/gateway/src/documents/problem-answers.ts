import { receiveWebhook } from '@tidegate/contracts/billing/webhook';
import { beginExport } from '@tidegate/contracts/identity/exports';
import { type Operation, takesRoom } from '@tidegate/contracts/kernel/operation';
import { type AnyProblem, COMMON_PROBLEMS, ProblemDocument } from '@tidegate/contracts/kernel/problem';
import { z } from 'zod';
import type { Json, SchemaBook } from './schemas.ts';

/*
 * How operations fail, in OpenAPI: one component per problem with its data, one answer per status with the possible
 * codes. What an operation declares is added to what the platform may always answer.
 */
const isPublic = ({ scope }: Operation): boolean => scope === 'public';
const changes = (operation: Operation): boolean => !operation.readonly && !isPublic(operation);
const mayHaveBody = ({ http }: Operation): boolean => http?.[0] !== 'GET';
const never = (): boolean => false;
const known = (operation: Operation): boolean => !isPublic(operation);

/** Where a common problem can happen; one that is not listed can happen anywhere. */
const WHERE: Readonly<Record<string, (operation: Operation) => boolean>> = {
  unauthenticated: known,
  not_found: known,
  quota_exhausted: ({ metered }) => metered,
  plan_limit_reached: known,
  feature_not_included: known,
  organisation_read_only: known,
  storage_full: takesRoom,
  conflict: changes,
  already_done: changes,
  idempotency_key_reused: changes,
  precondition_failed: ({ http }) => http?.[0] !== 'POST',
  body_too_large: mayHaveBody,
  unsupported_media_type: mayHaveBody,
  method_not_allowed: never,
};

export function problemsOf(operation: Operation): AnyProblem[] {
  const common = COMMON_PROBLEMS.filter(({ code }) => WHERE[code]?.(operation) ?? true);
  const all = new Map([...operation.errors, ...common].map((problem) => [problem.code, problem]));
  return [...all.values()].sort((a, b) => a.status - b.status);
}

/** Codes that every operation may answer with. */
export const everywhere = (): string[] => COMMON_PROBLEMS.map(({ code }) => code).filter((code) => !WHERE[code]);

const keyOf = (code: string): string => `problem ${code}`;

/** Schemas of the problems' own data, registered with the other schemas. */
export function problemSchemas(operations: readonly Operation[]): Record<string, z.ZodType> {
  // Webhooks and exports are no operations of the edge, and fail like those of billing and identity.
  const all = [
    ...COMMON_PROBLEMS,
    ...receiveWebhook.errors,
    ...beginExport.errors,
    ...operations.flatMap(({ errors }) => errors),
  ];
  const none = z.object({});
  return {
    Problem: ProblemDocument,
    ...Object.fromEntries(all.map(({ code, data }) => [keyOf(code), data ?? none])),
  };
}

export class ProblemAnswers {
  readonly schemas: Json = {};
  readonly responses: Json = {};
  private readonly book: SchemaBook;

  constructor(book: SchemaBook) {
    this.book = book;
  }

  /** By status. */
  of(operation: Operation): Json {
    const byStatus = Map.groupBy(problemsOf(operation), ({ status }) => status);
    return Object.fromEntries([...byStatus].map(([status, problems]) => [status, this.answer(status, problems)]));
  }

  answer(status: number, problems: readonly AnyProblem[]): Json {
    const name = problems.map(({ code }) => pascal(code)).join('Or');
    this.responses[name] ??= {
      description: problems.map(({ code, title }) => `\`${code}\`: ${title}`).join('; '),
      headers: RETRIED.has(status) ? { ...TRACED, ...RETRY_AFTER } : TRACED,
      content: { 'application/problem+json': { schema: this.schemaOf(problems), example: this.exampleOf(problems) } },
    };
    return { $ref: `#/components/responses/${name}` };
  }

  private schemaOf(problems: readonly AnyProblem[]): Json {
    const refs = problems.map((problem) => this.component(problem));
    if (refs.length === 1) return { $ref: refs[0] };
    return {
      oneOf: refs.map(($ref) => ({ $ref })),
      discriminator: {
        propertyName: 'code',
        mapping: Object.fromEntries(problems.map(({ code }, at) => [code, refs[at]])),
      },
    };
  }

  /** The problem document with its code and its own members. */
  private component(problem: AnyProblem): string {
    const { code, status, title } = problem;
    const name = `${pascal(code)}Problem`;
    const { properties, required } = this.book.output(keyOf(code)) as { properties?: Json; required?: string[] };
    const made = {
      description: title,
      allOf: [
        { $ref: '#/components/schemas/Problem' },
        {
          type: 'object',
          properties: { code: { const: code }, status: { const: status }, ...properties },
          ...(required?.length ? { required } : {}),
        },
      ],
    };
    const before = this.schemas[name];
    if (before && JSON.stringify(before) !== JSON.stringify(made)) {
      throw new Error(`Two problems have the code ${code} and differ. Give one of them another code.`);
    }
    this.schemas[name] = made;
    return `#/components/schemas/${name}`;
  }

  private exampleOf([problem]: readonly AnyProblem[]): Json | undefined {
    if (!problem) return undefined;
    const { code, title, status, data } = problem;
    if (data && !data.safeParse({}).success) return undefined;
    return { type: `urn:tidegate:problem:${code}`, code, title, status, instance: '/api/v1/…', traceId: TRACE };
  }
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const RETRIED: ReadonlySet<number> = new Set([429, 503, 504]);
const header = (name: string): Json => ({ [name]: { $ref: `#/components/headers/${name}` } });
const RETRY_AFTER = header('Retry-After');
export const TRACED: Json = { ...header('Trace-Id'), ...header('RateLimit'), ...header('RateLimit-Policy') };

export const HEADERS: Json = {
  RateLimit: {
    description: 'Requests left in this window and seconds until it ends: `"default";r=1199;t=60` (IETF draft)',
    schema: { type: 'string' },
  },
  'RateLimit-Policy': { description: 'Requests in a window of so many seconds', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds until a retry makes sense', schema: { type: 'integer', minimum: 0 } },
  'Trace-Id': {
    description: 'Id of this request in logs and traces; quote it when you ask for help',
    schema: { type: 'string' },
  },
  ETag: { description: 'Tag of the answer’s content, for If-None-Match and If-Match', schema: { type: 'string' } },
  Location: { description: 'Path of what was created', schema: { type: 'string', format: 'uri-reference' } },
};

export const pascal = (name: string): string =>
  name
    .split(/[_.-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
