import { COMMON_PASSWORDS, COMMON_WORDS } from './common-passwords.rules.ts';

export type Weakness = 'common' | 'repeated' | 'personal';

/** What somebody who guesses knows about the person and the place. */
export interface GuessedFirst {
  email?: string;
  name?: string;
  installation: string;
}

/** What is left when guessable parts are taken away has to be a password of some length by itself. */
const LEAST_OF_ITS_OWN = 6;

/**
 * Why others would guess it first; undefined when there is no such reason. As NIST 800-63B asks: common passwords,
 * repetitions, and what follows from the person and the place. No rule of composition.
 */
export function weaknessOf(password: string, about: GuessedFirst): Weakness | undefined {
  const lower = password.toLowerCase();
  if (COMMON_PASSWORDS.has(lower) || isCommonWord(lower) || isCommonWord(plain(lower))) return 'common';
  if (isRepeated(lower) || isSequence(lower)) return 'repeated';
  return isPersonal(lower, about) ? 'personal' : undefined;
}

/** `password1234`, `1!Dragon!1`, `monkeymonkey`: one word of the list, as often as one likes, among digits and signs. */
function isCommonWord(text: string): boolean {
  const letters = text
    .replaceAll(/[^\p{L}]/gu, ' ')
    .trim()
    .split(/\s+/)
    .join('');
  return COMMON_WORDS.has(unitOf(letters));
}

/** Digits and signs that stand for letters: `p@55w0rd`. */
const SIGNS: Record<string, string> = { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' };
const plain = (text: string): string =>
  text.replaceAll(/[0-9!?.]+$/g, '').replaceAll(/[013457@$]/g, (sign) => SIGNS[sign] ?? sign);

/** `abcabcabcabc` and `aaaaaaaaaaaa`, but also `ab12ab12ab12`: the repeated part is what counts. */
const isRepeated = (text: string): boolean => unitOf(text).length <= 4 || new Set(text).size <= 3;

/** The shortest text whose repetition the given one is. */
function unitOf(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (text.length % length === 0 && text.slice(0, length).repeat(text.length / length) === text) {
      return text.slice(0, length);
    }
  }
  return text;
}

const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
];

/** Forwards or backwards along the alphabet, the digits or the keyboard. */
function isSequence(text: string): boolean {
  const backwards = [...text].reverse().join('');
  return ROWS.some((row) => row.includes(text) || row.includes(backwards));
}

function isPersonal(text: string, { email = '', name = '', installation }: GuessedFirst): boolean {
  const [local = '', domain = ''] = email.toLowerCase().split('@');
  const known = [email.toLowerCase(), local, domain, ...local.split(/[.+_-]/), ...domain.split('.')];
  const parts = [...known, ...words(name), ...words(installation)].filter((part) => part.length >= 4);
  // The longest first, so that a part of an address does not leave the rest of it.
  parts.sort((one, other) => other.length - one.length);
  let rest = text;
  for (const part of parts) rest = rest.replaceAll(part, '');
  return rest !== text && rest.replaceAll(/[\d\p{P}\p{S}\s]/gu, '').length < LEAST_OF_ITS_OWN;
}

const words = (text: string): string[] => {
  const lower = text.toLowerCase().trim();
  return [lower, lower.replaceAll(/\s+/g, ''), ...lower.split(/\s+/)];
};
