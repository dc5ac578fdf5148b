import { exponentOf, majorOf } from '@tidegate/contracts/billing/minor-units';

import { pageNow } from './page-clock.ts';
import { store, stored } from './stored.ts';
import { locale } from './strings.ts';

/*
 * Numbers, times and money in the reader's notation. Amounts come from the API as exact integers of minor units or as
 * decimals, and are shown as such; only `rounded` rounds one, for facts that have all digits in their tooltip.
 */
const MINUS = '\u2212';
const zone = (): string | undefined => stored('zone');
/** The language of the page as it is written where the reader is: 27 Nov in Britain, Nov 27 in America. */
const notation = (): string => notationOf(locale(), globalThis.navigator?.languages ?? []);
export const notationOf = (language: string, preferred: readonly string[]): string =>
  preferred.find((one) => one === language || one.startsWith(`${language}-`)) ?? language;

const cached = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${JSON.stringify(options)}`;
  const made = (cached.get(key) as Intl.NumberFormat | undefined) ?? new Intl.NumberFormat(notation(), options);
  cached.set(key, made);
  return made;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${JSON.stringify(options)}`;
  const made =
    (cached.get(key) as Intl.DateTimeFormat | undefined) ??
    new Intl.DateTimeFormat(notation(), { timeZone: zone(), hourCycle: 'h23', ...options });
  cached.set(key, made);
  return made;
}

/** As the page shows it: `UTC` or the reader's own zone. */
export const zoneName = (): string => zone() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

export const isUtc = (): boolean => zone() === 'UTC';

export function chooseUtc(utc: boolean): void {
  store('zone', utc ? 'UTC' : stored('own-zone'));
  location.reload();
}

const signed = (text: string): string => text.replace('-', MINUS);

/** 12.4 k: three digits that matter. */
export const short = (value: number): string =>
  signed(numbers({ notation: 'compact', maximumSignificantDigits: 3 }).format(value));

/** Every digit. */
export const exact = (value: number | bigint): string => signed(numbers({ maximumFractionDigits: 6 }).format(value));

/** An exact decimal, every digit as it came. */
export function decimal(text: string): string {
  const digits = text.split('.')[1]?.length ?? 0;
  return signed(numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(text as never));
}

/** A number of a table, whole or an exact decimal: every digit. What is none stays as it is. */
export const figure = (value: string | number | null | undefined): string | null | undefined =>
  typeof value === 'number' ? exact(value) : value != null && /^-?\d+(\.\d+)?$/.test(value) ? decimal(value) : value;

/** To read at a glance: hundredths, or below one the four digits that matter. Who needs every digit has them beside it. */
export const rounded = (text: string): string =>
  signed(
    numbers(
      /^-?0*(\.|$)/.test(text)
        ? { maximumSignificantDigits: 4 }
        : { minimumFractionDigits: 2, maximumFractionDigits: 2 },
    ).format(text as never),
  );

/** `7 days`, in the words of the reader's language; the unit is one that `Intl` knows. */
export const inUnits = (value: number, unit: string): string =>
  numbers({ style: 'unit', unit, unitDisplay: 'long' }).format(value);

/** 0.123 is 12.3 %. */
export const share = (value: number): string =>
  numbers({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

const IEC = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytes(value: number): string {
  let [rest, power] = [value, 0];
  while (Math.abs(rest) >= 1024 && power < IEC.length - 1) [rest, power] = [rest / 1024, power + 1];
  return `${signed(numbers({ maximumSignificantDigits: 3 }).format(rest))} ${IEC[power]}`;
}

/** A time that something took, given in milliseconds: 3.21 ms, 4.5 s, 12 min, 5.2 h. */
export function took(ms: number): string {
  const three = (value: number) => numbers({ maximumSignificantDigits: 3 }).format(value);
  if (ms < 1_000) return `${three(ms)} ms`;
  if (ms < 60_000) return `${three(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${three(ms / 60_000)} min`;
  return `${three(ms / 3_600_000)} h`;
}

/** – where it is not known. */
export const orDash = (value: number | null | undefined, format: (value: number) => string): string =>
  value == null ? '–' : format(value);

/** How long something has lasted, given in seconds: 41 s, 2 h 14 min, 3 d 4 h. */
export function lasted(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return both(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return both(whole, 3_600, 'h', 60, 'min');
  return both(whole, 86_400, 'd', 3_600, 'h');
}

/** In two units; none of the smaller one are left out. */
function both(seconds: number, unit: number, name: string, smaller: number, smallerName: string): string {
  const rest = Math.floor((seconds % unit) / smaller);
  return `${Math.floor(seconds / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${smallerName}`}`;
}

const yearOf = (at: Date): string => dates({ year: 'numeric' }).format(at);
const dayOf = (at: Date): string => dates({ dateStyle: 'short' }).format(at);

/** `14:02:31` today, `27 Nov, 14:02` before, with the year when it is another one. */
export function when(instant: string | number | Date): string {
  const at = new Date(instant);
  const now = new Date(pageNow());
  if (dayOf(at) === dayOf(now)) return dates({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
  return dated(at);
}

/** Always with its day, for what begins on one and ends on another. */
export function dated(instant: string | number | Date): string {
  const at = new Date(instant);
  const year = yearOf(at) === yearOf(new Date(pageNow())) ? {} : ({ year: 'numeric' } as const);
  return dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', ...year }).format(at);
}

export const day = (instant: string | number | Date): string =>
  dates({ day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(instant));

export const clock = (instant: string | number | Date): string =>
  dates({ hour: '2-digit', minute: '2-digit' }).format(new Date(instant));

/**
 * An amount of minor units as money: 4900 and USD are $49.00. The digits after the point are those of ISO 4217, as everywhere in Tidegate: a
 * browser has its own opinion of some currencies (no digits of RSD, say), which would make the amount a hundred times as large.
 */
export function money(minor: number | bigint, currency: string): string {
  const digits = minorOf(currency);
  const format = numbers({
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const amount = format.format(majorOf(minor < 0 ? -minor : minor, currency) as Intl.StringNumericLiteral);
  return minor < 0 ? `${MINUS}${amount}` : amount;
}

/** The same as an exact decimal, for what computes with it. */
export { majorOf };

/** How many digits a currency has behind the point. */
export const minorOf = exponentOf;

/** Names in any language sort as their readers expect. */
export const compareNames = new Intl.Collator(undefined, { numeric: true }).compare;
