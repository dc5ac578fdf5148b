import type { ActionDone, FieldChange } from '@tidegate/contracts/kernel/action-done';
import type { Audited } from '@tidegate/contracts/kernel/audit';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { cleanName } from '@tidegate/contracts/kernel/name';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { mapSecrets } from './secrets.ts';

/*
 * What the audit log says of one operation, from its contract and what it was given and answered. Secrets are taken out
 * of everything first, so that a contract which shows one by mistake shows nothing.
 */
const MOST_CHANGES = 40;
const MOST_LETTERS = 300;
const SECRET = '\u0000secret';

type Fields = Readonly<Record<string, unknown>>;
export interface Done {
  input: unknown;
  output: unknown;
  /** What the thing was: of its operation with GET, or of the handler. */
  was?: unknown;
  caller: Caller;
  at: Date;
}

/** undefined: nothing was changed, or nobody's. */
export function actionOf(operation: Operation, { input, output, was, caller, at }: Done): ActionDone | undefined {
  const audit = auditOf(operation);
  if (!audit) return undefined;
  const sent = without(operation.input, input);
  const answered = without(operation.output, output);
  const before = audit.before ? without(audit.before().output, was) : fields(was);
  const organisationId = audit.of ? text(sent[audit.of] ?? inside(answered, audit.of)) : caller.orgId;
  if (!organisationId) return undefined;
  const changes = changesOf(operation, audit, { sent, answered, before: was === undefined ? undefined : before });
  if (changes.length === 0 && edits(operation) && was !== undefined) return undefined;
  const { id = 'id', name = 'name' } = audit;
  const named = inside(answered, name) ?? inside(before, name) ?? sent[name];
  return {
    organisationId,
    action: operation.name,
    at: at.toISOString(),
    actor: actorOf(operation, caller, audit.by ? sent[audit.by] : inside(answered, 'user.id')),
    thing: {
      kind: audit.thing,
      id:
        id === null ? null : (text(sent[id] ?? inside(answered, id) ?? inside(before, id) ?? own(id, caller)) ?? null),
      name: text(named) ?? null,
    },
    changes,
  };
}

export function auditOf({ audit }: Operation): Audited | undefined {
  return audit && 'thing' in audit ? audit : undefined;
}

const own = (id: string, { userId }: Caller): string | undefined => (id === 'userId' ? userId : undefined);

const edits = ({ http }: Operation): boolean => http?.[0] === 'PATCH' || http?.[0] === 'PUT';

/** Whoever an operator is, customers read that it was the support. Who logs in is known from the answer. */
function actorOf({ scope }: Operation, caller: Caller, said: unknown): ActionDone['actor'] {
  const { kind, userId, keyId, sessionId, ip } = caller;
  const person = {
    ...(userId ? { userId } : {}),
    ...(sessionId ? { sessionId } : {}),
    ...(ip ? { address: ip } : {}),
  };
  if (scope === 'operator') return { kind: 'support', ...person };
  const userOf = userId ?? text(said);
  if (kind === 'service' && !userOf) return { kind: 'platform' };
  if (kind === 'service_key') return { kind: 'service_key', ...(ip ? { address: ip } : {}) };
  if (kind === 'api_key') return { kind: 'api_key', ...person, ...(keyId ? { keyId } : {}) };
  return { kind: 'person', ...person, ...(userOf ? { userId: userOf } : {}) };
}

function changesOf(
  operation: Operation,
  { shows = [], ignores = [], id = 'id', of, by }: Audited,
  { sent, answered, before }: { sent: Fields; answered: Fields; before: Fields | undefined },
): FieldChange[] {
  const deletes = operation.http?.[0] === 'DELETE';
  const known = new Set([...shows, ...ignores, id, of, by]);
  const shown = shows.flatMap((field) => {
    const has = field in answered || field in sent;
    if (!has && !(deletes && before)) return [];
    const to = flat(field, answered[field] ?? sent[field]);
    const from = before && field in before ? flat(field, before[field]) : undefined;
    return differences(from, to);
  });
  const hidden = Object.entries(sent)
    .filter(([field, value]) => !known.has(field) && value !== undefined)
    .map(([field]) => ({ field, hidden: true }));
  return [...shown, ...hidden].slice(0, MOST_CHANGES);
}

/** What differs in these fields, for what is told without an operation. */
export const changesBetween = (shows: readonly string[], before: object, after: object): FieldChange[] =>
  shows.flatMap((field) => differences(flat(field, fields(before)[field]), flat(field, fields(after)[field])));

function differences(from: ReadonlyMap<string, string> | undefined, to: ReadonlyMap<string, string>): FieldChange[] {
  const names = new Set([...(from?.keys() ?? []), ...to.keys()]);
  return [...names]
    .filter((name) => from?.get(name) !== to.get(name))
    .map((name) => {
      const [old, now] = [from?.get(name), to.get(name)];
      if (old === SECRET || now === SECRET) return { field: name, hidden: true };
      return { field: name, ...(from ? { from: old ?? null } : {}), to: now ?? null };
    });
}

/** Every value inside with its path; what is null or missing is not in it. */
function flat(path: string, value: unknown): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object') return new Map([[path, asText(value)]]);
  if (Array.isArray(value)) return new Map([[path, shorten(value.map(listed).join(', '))]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flat(`${path}.${shorten(key)}`, inner)]));
}

const listed = (item: unknown): string =>
  typeof item === 'object' ? JSON.stringify(item, (_, inner) => (inner === SECRET ? undefined : inner)) : asText(item);
const asText = (value: unknown): string => (value === SECRET ? SECRET : shorten(String(value)));

function shorten(long: string): string {
  const letters = Array.from(cleanName(long.slice(0, 4 * MOST_LETTERS)));
  return letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS).join('')}…` : letters.join('');
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? asText(value).replace(SECRET, '') || undefined : undefined;

/** `user.id` */
function inside(of: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>((part, key) => fields(part)[key], of);
}

const without = (schema: Operation['input'], value: unknown): Fields => fields(mapSecrets(schema, value, () => SECRET));

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
