import { textOf } from '@tidegate/contracts/kernel/fill-text';
import { ifTranslated, saidTexts, t } from './strings.ts';

/** What the platform says in one of its texts, in the reader's language: names and numbers are taken out of it and put in again. */
export function saidText(message: string): string {
  const own = ifTranslated(message);
  if (own !== undefined) return own;
  const made = textOf(saidTexts(), message);
  return made ? t(made.text, made.values) : message;
}
