import { valuesIn } from '@tidegate/contracts/kernel/fill-text';
import { ifTranslated, saidTexts, t } from './strings.ts';

/** What the platform says in one of its texts, in the reader's language: names and numbers are taken out of it and put in again. */
export function saidText(message: string): string {
  const own = ifTranslated(message);
  if (own !== undefined) return own;
  for (const text of saidTexts()) {
    const values = text.includes('{') ? valuesIn(text, message) : undefined;
    if (values) return t(text, values);
  }
  return message;
}
