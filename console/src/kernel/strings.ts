import { IntlMessageFormat } from 'intl-messageformat';
import { store, stored } from './stored.ts';

/** Languages of the console. English is written in the code; the others are complete files beside this one. */
export const LOCALES = { en: 'English', de: 'Deutsch' } as const;
export type Locale = keyof typeof LOCALES;

type Strings = Readonly<Record<string, string>>;
type File<T> = () => Promise<{ default: T }>;

/** Of the console itself, and what the platform says: both at the start. What problems say comes with the first of them. */
const files: Record<
  Exclude<Locale, 'en'>,
  { strings: File<Strings>; said: File<Strings>; problems: File<Readonly<Record<string, Strings | undefined>>> }
> = {
  de: {
    strings: () => import('./strings.de.json'),
    said: () => import('./said.de.json'),
    problems: () => import('./problems.de.json'),
  },
};

let active: Locale = 'en';
let translated: Strings = {};
/** What the platform says, in English: needed only to say it in another language. */
let said: Partial<typeof import('./said.ts')> = {};
/** What problems say, by their code. */
let problems: Readonly<Record<string, Strings | undefined>> | undefined;
const LATE_MS = 2_000;
/** Messages that were read, by their English. */
const read = new Map<string, IntlMessageFormat>();

const isLocale = (text: string | null | undefined): text is Locale =>
  text !== null && text !== undefined && text in LOCALES;

/** The chosen one, or else the browser's. */
export function locale(): Locale {
  const chosen = stored('locale');
  if (isLocale(chosen)) return chosen;
  return (globalThis.navigator?.languages ?? []).map((one) => one.slice(0, 2)).find(isLocale) ?? 'en';
}

/** The page is made anew: every string, number and date changes. */
export function chooseLocale(chosen: Locale): void {
  store('locale', chosen);
  location.reload();
}

export async function loadStrings(): Promise<void> {
  active = locale();
  translated = {};
  said = {};
  problems = undefined;
  read.clear();
  if (active !== 'en') {
    const { strings, said: ofPlatform } = files[active];
    const [own, theirs, texts] = await Promise.all([strings(), ofPlatform(), import('./said.ts')]);
    translated = { ...own.default, ...theirs.default };
    said = texts;
  }
  document.documentElement.lang = active;
}

/** For whoever has met a problem: before it is shown. What does not come in time is said in English. */
export async function loadProblems(): Promise<void> {
  if (active === 'en' || problems) return;
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, LATE_MS, undefined));
  const loaded = await Promise.race([files[active].problems().catch(() => undefined), late]);
  problems ??= loaded?.default;
}

export const isTranslating = (): boolean => active !== 'en';

/** By their English, of all that problems of this code say. */
export const textsOfProblem = (code: string): Strings => problems?.[code] ?? {};

/** What came from the platform, in the reader's language; undefined where nobody has translated it. */
export const ifTranslated = (text: string): string | undefined => (active === 'en' ? text : translated[text]);

/** In English, of all that a fault of this code says. */
export const textsOfFault = (code: string): readonly string[] => said.FAULTS?.[code] ?? [];
export const saidTexts = (): readonly string[] => said.SAID ?? [];

/** A string in the reader's language. `text` is the English one, an ICU message: `{count, plural, one {# bot} other {# bots}}`. */
export function t(text: string, values?: Readonly<Record<string, string | number>>): string {
  const own = translated[text] ?? text;
  if (!values) return own;
  let message = read.get(text);
  if (!message) {
    message = new IntlMessageFormat(own, active);
    read.set(text, message);
  }
  return String(message.format(values));
}
