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
const COMMENT_START = /\/\*/y;
/** A string with its prefix, if it has one: escapes, national, bits, unicode. */
const STRING_START = /(?:[eEnNbBxX]|[uU]&)?'/y;
const NAME_START = /(?:[uU]&)?"/y;
const NAME_END = /(?:[^"]|"")*"/y;
const PARAMETER = /\$\d+/y;
const DOLLAR_QUOTE = /\$(?:[\p{L}_\u0080-\uffff][\p{L}\p{N}_\u0080-\uffff]*)?\$/uy;
const WORD = /[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*/uy;
const NUMBER = /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /[\s\S]/y;

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

  /** What may stand at any place, in this order, and what becomes of it. */
  private readonly kinds: [RegExp, (token: string) => void][] = [
    [SPACE, () => this.gap()],
    [LINE_COMMENT, () => this.gap()],
    [COMMENT_START, () => this.blockComment()],
    [STRING_START, (start) => this.string(/^e/i.test(start))],
    [NAME_START, (start) => this.name(start)],
    [PARAMETER, (parameter) => this.put(parameter)],
    [DOLLAR_QUOTE, (quote) => this.dollarString(quote)],
    [WORD, (word) => this.word(word)],
    [NUMBER, () => this.put(HIDDEN)],
    [SYMBOL, (symbol) => this.symbol(symbol)],
  ];

  private step(): void {
    for (const [pattern, keep] of this.kinds) {
      const token = this.take(pattern);
      if (token === undefined) continue;
      keep(token);
      return;
    }
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
    let depth = 1;
    const marks = /\/\*|\*\//g;
    marks.lastIndex = this.at;
    for (let mark = marks.exec(this.source); mark; mark = marks.exec(this.source)) {
      depth += mark[0] === '/*' ? 1 : -1;
      if (depth > 0) continue;
      this.at = marks.lastIndex;
      this.gap();
      return;
    }
    this.giveUp('');
  }

  private string(escapes: boolean): void {
    for (; this.at < this.source.length; this.at += 1) {
      const letter = this.source[this.at];
      const next = this.source[this.at + 1] ?? '';
      if (letter === '\\' && escapes) this.at += 1;
      // Whether \' ends a plain string depends on a setting of the session that nobody can see afterwards.
      else if (letter === '\\' && next === "'") break;
      else if (letter === "'" && next === "'") this.at += 1;
      // 'it's: a mistake in the text, and what follows was meant to be inside.
      else if (letter === "'" && /[\p{L}\p{N}]/u.test(next)) break;
      else if (letter === "'") {
        this.at += 1;
        this.put(HIDDEN);
        return;
      }
    }
    this.giveUp(this.at < this.source.length ? REST : HIDDEN);
  }

  private dollarString(quote: string): void {
    const end = this.source.indexOf(quote, this.at);
    this.at = end + quote.length;
    if (end < 0) this.giveUp(HIDDEN);
    else this.put(HIDDEN);
  }

  /** A quoted identifier is kept, unless it stands where a setting's value stands. */
  private name(start: string): void {
    const rest = this.take(NAME_END);
    if (rest === undefined) this.giveUp(HIDDEN);
    else this.put(this.inSetting ? HIDDEN : start + rest);
  }

  private word(word: string): void {
    const lower = word.toLowerCase();
    this.verb ??= lower;
    this.put(this.inSetting ? HIDDEN : word);
    if (lower === 'to' && this.settles()) this.inSetting = true;
  }

  private symbol(symbol: string): void {
    this.put(symbol);
    if (symbol === '=' && this.settles()) this.inSetting = true;
    if (symbol !== ';') return;
    this.verb = undefined;
    this.inSetting = false;
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
