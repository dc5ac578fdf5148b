/** Whether the font has it. */
export type HasGlyph = (codePoint: number) => boolean;

/** Instead of what the font does not have. */
export const BOX = '□';
/** Of a character: more would climb over the lines above it. */
const MOST_MARKS = 2;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * A text as it can be printed: one line, in the direction in which it is read, without what is invisible. A character that
 * the font does not have is a box, whatever it consists of.
 */
export function shownText(text: string, has: HasGlyph, most = 400): string {
  let shown = '';
  let length = 0;
  for (const { segment } of graphemes.segment(
    text
      .toWellFormed()
      .normalize('NFC')
      .replaceAll(/[\p{Cc}\p{Z}]+/gu, ' '),
  )) {
    const visible = [...segment.replaceAll(/\p{Cf}|\p{Variation_Selector}/gu, '')];
    if (visible.length === 0) continue;
    length += 1;
    if (length > most) return `${shown.trimEnd()}…`;
    shown += visible.every((one) => has(one.codePointAt(0) as number)) ? withFewMarks(visible) : BOX;
  }
  return shown.trim();
}

/** Lines of their own, of which at most so many. */
export function shownLines(text: string, has: HasGlyph, most: number): string[] {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/).flatMap((line) => shownText(line, has, 500) || []);
  return lines.length > most ? [...lines.slice(0, most - 1), '…'] : lines;
}

function withFewMarks(characters: string[]): string {
  let marks = 0;
  return characters.filter((one) => !/\p{M}/u.test(one) || ++marks <= MOST_MARKS).join('');
}
