import { setupI18n } from '@lingui/core';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { store, stored } from './stored.ts';

/** Languages of the console. English is written in the code; the others are complete files beside this one. */
export const LOCALES = { en: 'English', de: 'Deutsch' } as const;
export type Locale = keyof typeof LOCALES;

const files: Record<Exclude<Locale, 'en'>, () => Promise<{ default: Record<string, string> }>> = {
  de: () => import('./strings.de.json'),
};

const i18n = setupI18n();
i18n.setMessagesCompiler(compileMessage);

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
  const chosen = locale();
  i18n.load(chosen, chosen === 'en' ? {} : (await files[chosen]()).default);
  i18n.activate(chosen);
  document.documentElement.lang = chosen;
}

/** A string in the reader's language. `text` is the English one, an ICU message: `{count, plural, one {# bot} other {# bots}}`. */
export const t = (text: string, values?: Record<string, string | number>): string =>
  i18n._(text, values, { message: text });
