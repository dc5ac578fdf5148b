import { ifTranslated, saidTexts, t } from './strings.ts';

/** What the platform says in one of its texts, in the reader's language: names and numbers are taken out of it and put in again. */
export function saidText(message: string): string {
  const own = ifTranslated(message);
  if (own !== undefined) return own;
  for (const text of saidTexts()) {
    const found = text.includes('{') ? patternOf(text).exec(message) : null;
    if (found) return t(text, { ...found.groups });
  }
  return message;
}

const patternOf = (text: string): RegExp =>
  new RegExp(`^${text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{(\w+)\}/g, '(?<$1>.+)')}$`, 's');
