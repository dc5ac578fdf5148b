import { login, refresh, register, switchOrganisation } from '@tidegate/contracts/identity/sessions';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { readerOf } from '../kernel/entity-tags.ts';
import type { Json } from './schemas.ts';

/** Operations whose tokens a browser may have as cookies. */
const GIVES_TOKENS: ReadonlySet<Operation> = new Set<Operation>([login, register, refresh, switchOrganisation]);

/** The headers that an operation honours, and none that it would ignore. */
export function headerParameters(operation: Operation, mounted: readonly Operation[]): Json[] {
  const known = operation.scope !== 'public';
  return [
    ...(known && !operation.readonly ? [IDEMPOTENCY_KEY] : []),
    ...(known ? [ORGANISATION] : []),
    ...(operation.http?.[0] === 'GET' ? [IF_NONE_MATCH] : []),
    ...(readerOf(operation, mounted) ? [IF_MATCH] : []),
    ...(operation.cloudEvents ? BINARY_EVENT : []),
    ...(GIVES_TOKENS.has(operation) ? [SESSION_COOKIES] : []),
  ];
}

const header = (name: string, description: string, schema: Json, example?: string): Json => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string', ...schema },
  ...(example ? { example } : {}),
});
const UUID = '0197a3c2-5b1e-7d34-9a6f-3c2f8e1d4b7a';

const IDEMPOTENCY_KEY = header(
  'Idempotency-Key',
  'Chosen by you, such as a uuid. The same request with the same key within a day is carried out once and answered the ' +
    'same; counts per organisation',
  { minLength: 1, maxLength: 200, pattern: '^[!-~]+$' },
  UUID,
);
const ORGANISATION = header(
  'Tidegate-Organisation',
  'Id of the organisation to act in, one of yours; by default that of the session or the key',
  { format: 'uuid' },
);
const IF_NONE_MATCH = header('If-None-Match', 'ETag of your copy: answers 304 while it is unchanged', {});
const IF_MATCH = header('If-Match', 'ETag of what you have read: answers 412 if it has changed since', {});
const SESSION_COOKIES = header(
  'Session-Cookies',
  '`true`: the tokens are set as cookies that scripts cannot read, and are not in the body',
  {},
);
/** A CloudEvent in binary mode. */
const BINARY_EVENT = [
  header('ce-specversion', 'Binary mode of CloudEvents: the attributes are headers, the JSON body is the data', {
    const: '1.0',
  }),
  header('ce-id', 'Binary mode: what identifies the event, with its source', { maxLength: 200 }),
  header('ce-source', 'Binary mode: which of your systems reports it', { maxLength: 250 }),
  header('ce-type', 'Binary mode: the meter', {}),
  header('ce-time', 'Binary mode: when it happened, by default now', { format: 'date-time' }),
  header('ce-subject', 'Binary mode, for service keys: the id of the organisation', {}),
];
