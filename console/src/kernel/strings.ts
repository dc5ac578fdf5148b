import { IntlMessageFormat } from 'intl-messageformat';
import { store, stored } from './stored.ts';

/** Languages of the console. English is written in the code; the others are complete files beside this one. */
export const LOCALES = { en: 'English', de: 'Deutsch' } as const;
export type Locale = keyof typeof LOCALES;

const files: Record<Exclude<Locale, 'en'>, () => Promise<{ default: Record<string, string> }>> = {
  de: () => import('./strings.de.json'),
};

let active: Locale = 'en';
let translated: Readonly<Record<string, string>> = {};
/** What the platform says, in English: needed only to say it in another language. */
let said: Partial<typeof import('./said.ts')> = {};
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
  read.clear();
  if (active !== 'en') {
    const [{ default: strings }, texts] = await Promise.all([files[active](), import('./said.ts')]);
    translated = strings;
    said = texts;
  }
  document.documentElement.lang = active;
}

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
