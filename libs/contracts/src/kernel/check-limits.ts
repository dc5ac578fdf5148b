import { type Found, foundFault } from './found-fault.ts';

/* The limits of an operation's fields, without the schema that they are from: forms check by them before they send. */

export interface Pattern {
  readonly is: RegExp;
  /** In the contract's own words, or by the name of a known form. */
  readonly says?: string;
  readonly format?: string;
}

export interface Limit {
  readonly kind: 'text' | 'integer' | 'number' | 'choice' | 'list' | 'flag' | 'instant' | 'either';
  readonly required?: true;
  readonly nullable?: true;
  /** Of a text's characters, a number or a list's entries. */
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
  readonly patterns?: readonly Pattern[];
  /** The contract's own words, where it has some. */
  readonly saysMin?: string;
  readonly choices?: readonly (string | number | boolean)[];
  /** What is chosen decides which other fields there are. */
  readonly decides?: true;
  /** Of a list's entries, where they are no objects. */
  readonly each?: Limit;
  /** Of a field that is one of several kinds. */
  readonly options?: readonly Limit[];
}

/** By the field's path: `settings.averagingOrders.count`, `addons.*.quantity`. */
export type Limits = Readonly<Record<string, Limit>>;

interface Fault {
  field: string;
  code: string;
  message: string;
  params?: Record<string, string | number>;
}

/** What the platform would refuse of an input for its limits, in the platform's words. What rules say besides is not known here. */
export function faultsOf(limits: Limits, input: unknown): Fault[] {
  return Object.entries(limits).flatMap(([path, limit]) =>
    valuesAt(input, path.split('.'), '').flatMap(({ field, value }) => faultsIn(limit, field, value)),
  );
}

interface Place {
  field: string;
  value: unknown;
}

/** None where what the field is in is not there. */
function valuesAt(value: unknown, path: readonly string[], field: string): Place[] {
  const [name, ...rest] = path;
  if (name === undefined) return [{ field, value }];
  if (typeof value !== 'object' || value === null) return [];
  if (name === '*')
    return Array.isArray(value) ? value.flatMap((one, at) => valuesAt(one, rest, `${field}/${at}`)) : [];
  return valuesAt((value as Record<string, unknown>)[name], rest, `${field}/${name}`);
}

function faultsIn(limit: Limit, field: string, value: unknown): Fault[] {
  if (limit.kind === 'list' && Array.isArray(value)) {
    const { each } = limit;
    const inner = each ? value.flatMap((one, at) => faultsIn(each, `${field}/${at}`, one)) : [];
    return [...sizeFaults(limit, 'array', value.length).map((found) => ({ field, ...foundFault(found) })), ...inner];
  }
  return foundIn(limit, value).map((found) => ({ field, ...foundFault(found) }));
}

function foundIn(limit: Limit, value: unknown): Found[] {
  const { kind, choices } = limit;
  if (value === null || (kind === 'either' && value !== undefined)) return [];
  if (value === undefined) return limit.required ? [missing(limit)] : [];
  if (kind === 'choice') return choices?.includes(value as string) ? [] : [noChoice(limit)];
  if (kind === 'text' && typeof value === 'string') return textFaults(limit, value);
  if (kind === 'integer' || kind === 'number') return numberFaults(limit, value);
  return [];
}

const noChoice = ({ choices, decides }: Limit): Found =>
  decides ? { code: 'invalid_union', options: choices } : { code: 'invalid_value', values: choices };

const EXPECTED = { text: 'string', integer: 'number', number: 'number', list: 'array', flag: 'boolean' } as const;

function missing(limit: Limit): Found {
  const { kind } = limit;
  if (kind === 'choice') return noChoice(limit);
  if (kind === 'either') return { code: 'invalid_union' };
  const expected = kind === 'instant' ? 'string' : EXPECTED[kind];
  return { code: 'invalid_type', expected, message: `Invalid input: expected ${expected}, received undefined` };
}

function textFaults(limit: Limit, value: string): Found[] {
  const wrong = limit.patterns?.filter(({ is }) => !is.test(value)) ?? [];
  // The shortest is said first: of nothing at all a pattern says nothing that helps.
  return [
    ...sizeFaults(limit, 'string', lengthOf(value, limit)),
    ...wrong.map(({ format, says }) => ({ code: 'invalid_format', format, message: says })),
  ];
}

/** In characters as people count them; a text that is surely between is not gone through. */
const lengthOf = (text: string, { min = 0, max = Number.POSITIVE_INFINITY }: Limit): number =>
  text.length > max || text.length < 2 * min ? [...text].length : text.length;

function numberFaults(limit: Limit, value: unknown): Found[] {
  if (typeof value !== 'number' || Number.isNaN(value)) return [{ code: 'invalid_type', expected: 'number' }];
  if (limit.kind === 'integer' && !Number.isInteger(value)) return [{ code: 'invalid_type', expected: 'int' }];
  const { above, below } = limit;
  const origin = limit.kind === 'integer' ? 'int' : 'number';
  return [
    ...sizeFaults(limit, origin, value),
    ...(above !== undefined && value <= above ? [{ code: 'too_small', origin, minimum: above, inclusive: false }] : []),
    ...(below !== undefined && value >= below ? [{ code: 'too_big', origin, maximum: below, inclusive: false }] : []),
  ];
}

function sizeFaults({ min, max, saysMin }: Limit, origin: string, size: number): Found[] {
  if (min !== undefined && size < min) return [{ code: 'too_small', origin, minimum: min, message: saysMin }];
  return max !== undefined && size > max ? [{ code: 'too_big', origin, maximum: max }] : [];
}
