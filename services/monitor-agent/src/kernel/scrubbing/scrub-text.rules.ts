import { keptComment } from './comment-tags.rules.ts';
import type { SqlToken } from './sql-tokens.rules.ts';

/*
 * Takes everything out of a statement's text that could be somebody's data: constants, comments, values of settings.
 * PostgreSQL does so itself for most statements, but not for utility statements (CREATE ROLE … PASSWORD '…', DO bodies,
 * COPY, SET), and never for comments; and what sessions are running right now arrives as it was typed.
 *
 * Kept is only what cannot be a constant: words, quoted identifiers, operators, parameters. A constant becomes a
 * parameter, numbered after those that the text has, as pg_stat_statements does itself: such a text can be parsed
 * again, which a `?` cannot (it is an operator of jsonb). A text of which something is missing at its end says so.
 */
export interface ScrubbedText {
  text: string;
  truncated: boolean;
}

/** Longer texts are cut before they are looked at; what is kept is shorter still. */
export const MAX_READ_CHARS = 100_000;
const MAX_KEPT_CHARS = 8_000;
const TRUNCATED = '/* truncated */';

export interface ReadableText {
  source: string;
  cut: boolean;
}

/** Characters that end a string in C, or that the scanner's answer cannot carry, mean nothing in SQL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0b-\x1f\x7f]/g;

export const readable = (given: string): ReadableText => ({
  source: given.slice(0, MAX_READ_CHARS).replace(CONTROL, ' '),
  cut: given.length > MAX_READ_CHARS,
});

/** What is stored of a text that nothing could be made of. */
export const unparsable = (given: string): ScrubbedText => ({
  text: `<unparsable> ${given.length}`,
  truncated: true,
});

export function withoutData(tokens: readonly SqlToken[], cut: boolean): ScrubbedText {
  const keeper = new Keeper(tokens);
  let text = '';
  let truncated = cut;
  let gap = false;
  for (const token of tokens) {
    gap ||= token.gap;
    const piece = keeper.keep(token);
    truncated ||= token.kind === 'unsure';
    if (piece === undefined) {
      gap = true;
      continue;
    }
    if (text.length + piece.length > MAX_KEPT_CHARS) {
      truncated = true;
      break;
    }
    text += gap && text !== '' ? ` ${piece}` : piece;
    gap = false;
  }
  return { text: truncated ? `${text} ${TRUNCATED}`.trimStart() : text, truncated };
}

/** What a value may follow as a bare word, by the word that says what is made: functions have settings of their own. */
const MADE: Record<string, 'function' | 'role' | 'other'> = {
  role: 'role',
  user: 'role',
  group: 'role',
  function: 'function',
  procedure: 'function',
  table: 'other',
};

/** Decides token by token; what it remembers is what the statement is about to give a value to. */
class Keeper {
  private nextParameter: number;
  /** First word of the statement, for those whose values are bare words. */
  private verb: string | undefined;
  /** Where we are in SET x = y or SET x TO y. */
  private setting: 'none' | 'name' | 'value' = 'none';
  private makes: 'function' | 'role' | 'other' | undefined;
  private afterPassword = false;

  constructor(tokens: readonly SqlToken[]) {
    const used = tokens.flatMap(({ kind, text }) => (kind === 'parameter' ? [Number(text.slice(1))] : []));
    this.nextParameter = used.reduce((most, one) => Math.max(most, one), 0) + 1;
  }

  keep({ kind, text }: SqlToken): string | undefined {
    switch (kind) {
      case 'comment':
        return keptComment(text);
      case 'unsure':
        return undefined;
      case 'constant':
        this.takesPassword();
        return this.hidden();
      case 'word':
        return this.word(text);
      case 'name':
        return this.setting === 'value' || this.takesPassword() ? this.hidden() : text;
      case 'symbol':
        return this.symbol(text);
      case 'parameter':
        return text;
    }
  }

  private hidden(): string {
    this.nextParameter += 1;
    return `$${this.nextParameter - 1}`;
  }

  private word(word: string): string {
    const lower = word.toLowerCase();
    if (this.setting === 'value' || (this.takesPassword() && lower !== 'null')) return this.hidden();
    this.verb ??= lower;
    if (this.verb === 'create' || this.verb === 'alter') this.makes ??= MADE[lower];
    this.afterPassword = lower === 'password' && this.makes === 'role';
    if (lower === 'set' && this.setsValues()) this.setting = 'name';
    else if (lower === 'to' && this.setting === 'name') this.setting = 'value';
    return word;
  }

  /** A quoted identifier or a word that stands where a password must: somebody left out its quotes. */
  private takesPassword(): boolean {
    const takes = this.afterPassword;
    this.afterPassword = false;
    return takes;
  }

  private setsValues(): boolean {
    return this.verb === 'set' || this.verb === 'alter' || this.makes === 'function';
  }

  private symbol(symbol: string): string {
    if (symbol.startsWith('=') && this.setting === 'name') this.setting = 'value';
    else if (this.setting === 'name' && symbol !== '.') this.setting = 'none';
    if (symbol === ';') {
      this.verb = undefined;
      this.setting = 'none';
      this.makes = undefined;
    }
    return symbol;
  }
}
