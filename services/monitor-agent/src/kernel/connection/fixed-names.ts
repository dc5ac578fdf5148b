import { qualified } from './qualified.rules.ts';

/*
 * A statement whose names are looked up once and never again.
 *
 * PostgreSQL keeps a prepared statement as text as well: after any change of a schema it looks its names up anew and
 * plans what they mean then, and the planner already executes what is immutable, the defaults of parameters and implicit
 * casts among it. So whatever is checked after planning is checked too late, and whatever was checked before it may have
 * changed.
 *
 * The statement therefore holds a date that can be read only while it is being prepared: the day comes first then, and the
 * month at all other times. As long as PostgreSQL keeps to what the names meant, nobody reads the date again. Where it has
 * to look them up anew, it fails there, before it plans: parsing runs no code of anybody's.
 */
export interface FixedStatement {
  readonly name: string;
}

export const DAY_FIRST = qualified("select set_config('DateStyle', 'ISO, DMY', false)");
export const MONTH_FIRST = qualified("select set_config('DateStyle', 'ISO, MDY', false)");

export const prepareFixed = (name: string, text: string): string =>
  `prepare ${name} as /* The date is an error when a schema has changed: then this is prepared again. */ ${qualified(`
    select q.* from (${text}) as q where '31/12/2000'::date is not null`)}`;

/** A date out of range; or another statement has noticed it already, and this one is gone with all of them. */
const CHANGED: ReadonlySet<unknown> = new Set(['22008', '26000']);

/** Its names would have been looked up anew. */
export class NamesChanged extends Error {
  override readonly name = 'NamesChanged';
  readonly code = 'names_changed';

  constructor(cause: unknown) {
    super('A schema has changed since this was prepared.', { cause });
  }
}

export const isNamesChanged = (error: unknown): boolean => CHANGED.has((error as { code?: unknown }).code);
