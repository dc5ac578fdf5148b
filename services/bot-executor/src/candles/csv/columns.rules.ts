/*
 * Which column is which. A header decides by its names, in any order; without a header the order is time, open, high, low,
 * close.
 */
export type Role = 'time' | 'open' | 'high' | 'low' | 'close';
export type Columns = Record<Role, number> & {
  /** Beside a time without a date. */
  date?: number;
};

/** The first one in the header is used: names of the candle's start come before ambiguous ones. */
const NAMES: Record<Role, readonly string[]> = {
  time: [
    ...['opentime', 'starttime', 'start', 'startat', 'begin', 'begintime', 'timestart', 'periodstart'],
    ...['unix', 'unixtime', 'unixtimestamp', 'epoch', 'timestamp', 'timestampms', 'ts', 't'],
    ...['time', 'timeutc', 'datetime', 'datetimeutc', 'date', 'dateutc', ''],
  ],
  open: ['open', 'openprice', 'priceopen', 'o'],
  high: ['high', 'highprice', 'pricehigh', 'h'],
  low: ['low', 'lowprice', 'pricelow', 'l'],
  close: ['close', 'closeprice', 'priceclose', 'c'],
};
const ENDS = ['closetime', 'endtime', 'end', 'timeclose', 'timeend', 'periodend'];
export const ROLES = Object.keys(NAMES) as Role[];

export const SEPARATORS = { tab: '\t', semicolon: ';', pipe: '|', comma: ',' } as const;
export type Separator = keyof typeof SEPARATORS;

/** One for the whole file, the first that gives a line five cells. The comma is last: it may be a decimal mark. */
export function separatorOf(head: string): Separator {
  for (const line of head.split(/\r\n|\n|\r/)) {
    const bare = line.replaceAll(/"[^"]*"/g, '');
    for (const name of Object.keys(SEPARATORS) as Separator[])
      if (bare.split(SEPARATORS[name]).length >= ROLES.length) return name;
  }
  return 'comma';
}

const NUMBER = /^[+-]?[\d.,]*\d[\d.,]*(e[+-]?\d+)?$/i;
/** A line without any number. */
export const isHeader = (cells: readonly string[]): boolean => !cells.some((cell) => NUMBER.test(cell));

export const IN_ORDER: Columns = { time: 0, open: 1, high: 2, low: 3, close: 4 };

/** `Open time (UTC)`, `open_time` and `openTime` are one name. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/\(.*?\)|(?<![a-z])(utc|gmt)(?![a-z])/g, '')
    .replaceAll(/[^a-z0-9]/g, '');

/** The columns, or what is wrong with the header. */
export function columnsOf(header: readonly string[]): Columns | string {
  const names = header.map(plain);
  const found: Partial<Columns> = {};
  for (const role of ROLES) {
    const name = NAMES[role].find((one) => names.indexOf(one) === 0 || (one !== '' && names.includes(one)));
    if (name === undefined) return missing(role, header, names);
    if (name !== '' && names.indexOf(name) !== names.lastIndexOf(name))
      return `The header has two columns called ${name}. Leave one.`;
    found[role] = names.indexOf(name);
  }
  const date = names.indexOf('date');
  const clock = names[found.time as number] === 'time' && date >= 0;
  return { ...(found as Columns), ...(clock ? { date } : {}) };
}

function missing(role: Role, header: readonly string[], names: readonly string[]): string {
  const seen = excerpt(header.map((name) => `"${excerpt(name, 30)}"`).join(', '), 300);
  if (role === 'time' && names.some((name) => ENDS.includes(name)))
    return `The header has the time at which candles end (${seen}), and none at which they begin. Subtract the interval and call it time.`;
  return `No column of the header is called ${role} (it has ${seen}).`;
}

/** "Open time (UTC)" and "gmt_time" say in which zone they are. */
export const saysUtc = (name: string): boolean => /(?<![a-z])(utc|gmt)(?![a-z])|UTC$/i.test(name);

/** Text of an untrusted file made safe for answers and the database: short, whole characters, none invisible. */
export const excerpt = (text: string, most = 40): string =>
  text
    .slice(0, most)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFD]/gu, '');
