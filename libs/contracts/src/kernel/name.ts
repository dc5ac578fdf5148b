import { z } from 'zod';

/*
 * Names appear in other people's lists, mails and logs. Invisible characters and those that change the direction of
 * text are removed, so that no two names look alike and none falsifies the text beside it.
 */
const SPACES = /[\s\p{Zs}\p{Zl}\p{Zp}\u0085\u2800\u3164\uffa0\u115f\u1160]+/gu;
/**
 * Control, format (which includes all of bidi), unassigned and private characters, and default ignorables of Unicode.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const JOINER = '\u200d';
const NON_JOINER = '\u200c';
const EMOJI_STYLE = '\ufe0f';
const PICTURE = /\p{Extended_Pictographic}|\p{Emoji_Modifier}/u;
/** Letters of scripts without case, such as Arabic and Devanagari, whose shape a joiner may decide. */
const JOINED_LETTER = /\p{Lo}|\p{M}/u;

/** The name as it is stored and shown. Cleaning it again changes nothing. */
export function cleanName(text: string): string {
  const kept: string[] = [];
  const all = Array.from(text.normalize('NFC').replace(SPACES, ' '));
  all.forEach((character, at) => {
    if (!UNSEEN.test(character) || belongs(character, kept, all[at + 1] ?? '')) kept.push(character);
  });
  return kept.join('').replace(SPACES, ' ').trim().normalize('NFC');
}

/** Families and flags are several pictures joined; some scripts need joiners between letters. */
function belongs(character: string, before: readonly string[], next: string): boolean {
  const last = before.at(-1) ?? '';
  if (character === EMOJI_STYLE) return PICTURE.test(last) || /[\d#*]/.test(last);
  if (character !== JOINER && character !== NON_JOINER) return false;
  const picture = last === EMOJI_STYLE ? (before.at(-2) ?? '') : last;
  if (character === JOINER && PICTURE.test(picture) && PICTURE.test(next)) return true;
  return JOINED_LETTER.test(last) && JOINED_LETTER.test(next);
}

/** The removed characters may be longer than the name itself, but bounded. */
const MOST = 400;

/** A name that people give to something. Every input that is a name uses it. */
export const Name = z
  .string()
  .max(MOST)
  .overwrite((text) => (text.length > MOST ? text : cleanName(text)))
  .min(1, 'a name with at least one visible character')
  .max(100)
  .meta({
    id: 'Name',
    description: 'Shown as it is, but without control and invisible characters and with single spaces',
  });
