/*
 * Takes everything out of a statement's text that could be somebody's data: constants, comments, values of settings.
 * PostgreSQL does so itself for most statements, but not for utility statements (CREATE ROLE … PASSWORD '…', DO bodies,
 * COPY, SET), and never for comments; and what sessions are running right now arrives as it was typed.
 *
 * It reads tokens by PostgreSQL's own lexical rules and keeps only what cannot be a constant: words, quoted
 * identifiers, operators, parameters. Wherever it cannot be sure where a constant ends, the rest of the text is
 * dropped. A text that was cut off in the middle of a constant loses that constant too.
 */
export interface ScrubbedText {
  text: string;
  truncated: boolean;
}

/** Longer texts are cut before they are looked at; what is kept is shorter still. */
export const MAX_READ_CHARS = 20_000;
const MAX_KEPT_CHARS = 8_000;

const HIDDEN = '?';
/** The rest is not kept: no telling where a constant ends. */
const REST = '? …';

const SPACE = /\s+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
const WORD = /[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*/uy;
const PARAMETER = /\$\d+/y;
const NUMBER = /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d+)?)/y;
const DOLLAR_QUOTE = /\$([\p{L}_\u0080-\uffff][\p{L}\p{N}_\u0080-\uffff]*)?\$/uy;
const QUOTED_NAME = /"(?:[^"]|"")*"/y;
/** A string with its prefix, if it has one: escapes, national, bits, unicode. */
const STRING_START = /([eEnNbBxX]|[uU]&)?'/y;
const UNICODE_NAME_START = /[uU]&"/y;

export function scrubText(given: string): ScrubbedText {
  const cut = given.length > MAX_READ_CHARS;
  const scanner = new Scanner(cut ? given.slice(0, MAX_READ_CHARS) : given);
  const text = scanner.run();
  if (text.length <= MAX_KEPT_CHARS) return { text, truncated: cut || scanner.gaveUp };
  return { text: text.slice(0, MAX_KEPT_CHARS), truncated: true };
}

class Scanner {
  gaveUp = false;
  private readonly source: string;
  private at = 0;
  private out = '';
  /** First word of the statement, for those whose values are bare words. */
  private verb: string | undefined;
  private inSetting = false;

  constructor(source: string) {
    this.source = source;
  }

  run(): string {
    while (this.at < this.source.length && !this.gaveUp) this.step();
    return this.out.trim();
  }

  private step(): void {
    if (this.take(SPACE) !== undefined || this.take(LINE_COMMENT) !== undefined) return this.gap();
    if (this.source.startsWith('/*', this.at)) return this.blockComment();
    const string = this.take(STRING_START);
    if (string !== undefined) return this.string(/^e/i.test(string));
    if (this.take(UNICODE_NAME_START) !== undefined) return this.name(this.at - 1);
    if (this.source[this.at] === '"') return this.name(this.at);
    const parameter = this.take(PARAMETER);
    if (parameter !== undefined) return this.put(parameter);
    const quote = this.take(DOLLAR_QUOTE);
    if (quote !== undefined) return this.dollarString(quote);
    const word = this.take(WORD);
    if (word !== undefined) return this.word(word);
    if (/[\d.]/.test(this.source[this.at] ?? '') && this.take(NUMBER) !== undefined) return this.put(HIDDEN);
    return this.symbol();
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found === undefined) return undefined;
    this.at += found.length;
    return found;
  }

  private put(text: string): void {
    this.out += text;
  }

  private gap(): void {
    if (this.out !== '' && !this.out.endsWith(' ')) this.out += ' ';
  }

  /** Comments nest. One that does not end takes the rest with it. */
  private blockComment(): void {
    let depth = 0;
    const marks = /\/\*|\*\//g;
    marks.lastIndex = this.at;
    for (let mark = marks.exec(this.source); mark; mark = marks.exec(this.source)) {
      depth += mark[0] === '/*' ? 1 : -1;
      if (depth === 0) {
        this.at = marks.lastIndex;
        return this.gap();
      }
    }
    this.giveUp('');
  }

  private string(escapes: boolean): void {
    while (this.at < this.source.length) {
      const letter = this.source[this.at];
      this.at += 1;
      if (letter === '\\') {
        // Whether \' ends a plain string depends on a setting of the session that nobody can see afterwards.
        if (!escapes && this.source[this.at] === "'") return this.giveUp(REST);
        if (escapes) this.at += 1;
      } else if (letter === "'") {
        if (this.source[this.at] === "'") this.at += 1;
        // 'it's: a mistake in the text, and what follows was meant to be inside.
        else if (/[\p{L}\p{N}]/u.test(this.source[this.at] ?? '')) return this.giveUp(REST);
        else return this.put(HIDDEN);
      }
    }
    this.giveUp(HIDDEN);
  }

  private dollarString(quote: string): void {
    const end = this.source.indexOf(quote, this.at);
    if (end < 0) return this.giveUp(HIDDEN);
    this.at = end + quote.length;
    this.put(HIDDEN);
  }

  /** A quoted identifier is kept, unless it stands where a setting's value stands. */
  private name(start: number): void {
    this.at = start;
    const name = this.take(QUOTED_NAME);
    if (name === undefined) this.giveUp(HIDDEN);
    else this.put(this.inSetting ? HIDDEN : name);
  }

  private word(word: string): void {
    const lower = word.toLowerCase();
    this.verb ??= lower;
    if (this.inSetting) return this.put(HIDDEN);
    this.put(word);
    if (lower === 'to' && this.settles()) this.inSetting = true;
  }

  private symbol(): void {
    const letter = this.source[this.at] ?? '';
    this.at += 1;
    if (letter === ';') {
      this.verb = undefined;
      this.inSetting = false;
    }
    this.put(letter);
    if (letter === '=' && this.settles()) this.inSetting = true;
  }

  /** In SET x = y and ALTER … SET x TO y the value may be a bare word. */
  private settles(): boolean {
    if (this.verb === 'set') return true;
    return this.verb === 'alter' && /\bset\s+[\w."$]+\s*(?:=|to)$/i.test(this.out.trimEnd());
  }

  private giveUp(mark: string): void {
    this.put(mark);
    this.gaveUp = true;
  }
}
