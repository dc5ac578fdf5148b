import type { Account } from './account.ts';
import { invalid } from './refusal.ts';

/** Fields that an answer holds only when the request expands them, by the type of the object, with where they come from. */
export type Includable = Record<string, Record<string, (account: Account, object: never) => unknown>>;

/** A list inside an object shows its first ten; the rest is paged by its own address. */
const SHOWN = 10;

/** The object as an answer shows it; each path of `expand` replaces an id by what it names. */
export function render(account: Account, value: unknown, expand: string[], inside = false): unknown {
  if (Array.isArray(value)) return value.map((one) => render(account, one, expand, true));
  if (typeof value !== 'object' || value === null) return value;
  const heads = new Map<string, string[]>();
  for (const path of expand) {
    const [head = '', ...rest] = path.split('.');
    heads.set(head, [...(heads.get(head) ?? []), ...(rest.length > 0 ? [rest.join('.')] : [])]);
  }
  const object = inside ? shortened(value as Record<string, unknown>) : (value as Record<string, unknown>);
  const hidden = account.includable[String(object['object'])] ?? {};
  const shown: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(object)) {
    if (inner === undefined || (hidden[key] && !heads.has(key))) continue;
    const rest = heads.get(key);
    shown[key] = render(
      account,
      rest && typeof inner === 'string' ? named(account, inner, key) : inner,
      rest ?? [],
      true,
    );
    heads.delete(key);
  }
  for (const [key, rest] of heads) {
    const include = hidden[key];
    if (!include) throw invalid(`This property cannot be expanded (${key}).`, 'expand');
    shown[key] = render(account, include(account, object as never), rest, true);
  }
  return shown;
}

function shortened(object: Record<string, unknown>): Record<string, unknown> {
  const { object: type, data } = object;
  if (type !== 'list' || !Array.isArray(data) || data.length <= SHOWN) return object;
  return { ...object, data: data.slice(0, SHOWN), has_more: true };
}

function named(account: Account, id: string, key: string): object {
  const found = account.store.anything(id);
  if (!found) throw invalid(`This property cannot be expanded (${key}).`, 'expand');
  return found;
}
