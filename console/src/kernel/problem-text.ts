import type { TidegateProblem } from '@tidegate/client';
import { filled, type Params, textOf } from '@tidegate/contracts/kernel/fill-text';
import { ifTranslated, textsOfProblem } from './strings.ts';

/** Values that are words of the platform. All others are names and numbers, which are the same in every language. */
const WORDS: ReadonlySet<string> = new Set(['feature', 'granted', 'own', 'status']);

/** What a problem says, in the reader's language: by its code, the text that its values make its detail of. undefined where nobody has translated it. */
export function problemText({ code, message }: Pick<TidegateProblem, 'code' | 'message'>): string | undefined {
  const texts = textsOfProblem(code);
  const own = texts[message] ?? ifTranslated(message);
  if (own !== undefined) return own;
  // The longest says the most: others may be its beginning, with the rest as the last value.
  const longestFirst = Object.keys(texts).toSorted((one, other) => plain(other) - plain(one));
  const made = textOf(longestFirst, message);
  return made && filled(texts[made.text] ?? '', inWords(made.values));
}

/** Letters of a text that are no values. */
const plain = (text: string): number => text.replaceAll(/\{\w+\}/g, '').length;

const inWords = (values: Params): Params =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      WORDS.has(name) ? (ifTranslated(String(value)) ?? value) : value,
    ]),
  );
