import type { Account } from './account.ts';
import { invalid, missing } from './refusal.ts';
import type { KindName, Kinds } from './store.ts';

export interface PageParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
}
interface CreatedParams {
  created?: number | { gt?: number; gte?: number; lt?: number; lte?: number };
}
export interface Page<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

/** A page of a list that is given oldest first and answered newest first. */
export function page<T extends { id: string }>(oldestFirst: T[], params: PageParams, url: string): Page<T> {
  return pageInOrder([...oldestFirst].reverse(), params, url);
}

export function pageInOrder<T extends { id: string }>(all: T[], params: PageParams, url: string): Page<T> {
  const limit = params.limit ?? 10;
  if (limit < 1 || limit > 100) throw invalid(`Invalid limit: must be from 1 to 100`, 'limit');
  const at = (id: string, param: string): number => {
    const index = all.findIndex((one) => one.id === id);
    if (index < 0) throw missing('object', id, param);
    return index;
  };
  if (params.starting_after && params.ending_before)
    throw invalid('You cannot specify both starting_after and ending_before.', 'ending_before');
  if (params.ending_before) {
    const end = at(params.ending_before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: all.slice(start, end), has_more: start > 0, url };
  }
  const start = params.starting_after ? at(params.starting_after, 'starting_after') + 1 : 0;
  return { object: 'list', data: all.slice(start, start + limit), has_more: all.length > start + limit, url };
}

/** A list inside an object, which Stripe cuts off; the double's are short enough to be whole. */
export const embedded = <T>(data: T[], url: string): Page<T> => ({ object: 'list', data, has_more: false, url });

type Filters<T> = Record<string, true | ((object: T, value: never) => boolean)>;

/**
 * Whether an object is one that a list's parameters ask for: `true` compares the field of that name. Every filter is read
 * at once, so that one which the double does not serve is noticed.
 */
export function asked<T extends object>(params: object, filters: Filters<T>): (object: T) => boolean {
  const given = params as CreatedParams & Record<string, unknown>;
  const inRange = createdIn(given);
  const wanted = Object.entries(filters)
    .map(([key, rule]) => ({ key, rule, value: given[key] }))
    .filter(({ value }) => value !== undefined);
  return (object) =>
    inRange((object as { created?: number }).created ?? 0) &&
    wanted.every(({ key, rule, value }) =>
      rule === true ? (object as Record<string, unknown>)[key] === value : rule(object, value as never),
    );
}

function createdIn(params: CreatedParams): (created: number) => boolean {
  const range = params.created;
  if (range === undefined) return () => true;
  if (typeof range === 'number') return (created) => created === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return (created) => created > gt && created >= gte && created < lt && created <= lte;
}

/** The page that a list's parameters ask for. */
export const listOf = <K extends KindName>(
  account: Account,
  kind: K,
  url: string,
  params: PageParams & object,
  filters: Filters<Kinds[K]> = {},
): Page<Kinds[K]> => page(account.store.all(kind, asked(params, filters)), params, url);
