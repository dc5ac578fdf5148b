/*
 * SQL cut into tokens by rules of our own, for texts that PostgreSQL's scanner refuses: those that were cut off (sessions
 * show the first kilobyte only) and those that an older server takes and version 18 does not (`123abc`).
 *
 * It never fails. Wherever it cannot be sure where a constant ends, its last token is `unsure`, and what follows is not
 * looked at.
 */
export type TokenKind = 'word' | 'name' | 'constant' | 'parameter' | 'symbol' | 'comment' | 'unsure';

export interface SqlToken {
  kind: TokenKind;
  text: string;
  /** White space stands before it. */
  gap: boolean;
}

const SPACE = /\s+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
const COMMENT_START = /\/\*/y;
/** A string with its prefix, if it has one: escapes, national, bits, unicode. */
const STRING_START = /(?:[eEnNbBxX]|[uU]&)?'/y;
const NAME = /(?:[uU]&)?"(?:[^"]|"")*"/y;
const NAME_START = /(?:[uU]&)?"/y;
const PARAMETER = /\$\d{1,5}(?!\d)/y;
const DOLLAR_QUOTE = /\$(?:[\p{L}_\u0080-\uffff][\p{L}\p{N}_\u0080-\uffff]*)?\$/uy;
const WORD = /[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*/uy;
/** With what hangs on to it: older servers read 12ab as a number and a name, and nobody knows what was meant. */
const NUMBER = /(?:(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|(?<!\.)\.\d[\d_]*)(?:[eE][+-]?\d+)?)[\p{L}\p{N}_\u0080-\uffff]*/uy;
const LONG_PARAMETER = /\$\d+/y;
const SYMBOL = /[\s\S]/y;

export function ownTokens(source: string): SqlToken[] {
  return new OwnScanner(source).run();
}

class OwnScanner {
  private readonly source: string;
  private readonly tokens: SqlToken[] = [];
  private at = 0;
  private gap = false;

  constructor(source: string) {
    this.source = source;
  }

  run(): SqlToken[] {
    while (this.at < this.source.length) this.step();
    return this.tokens;
  }

  /** What may stand at any place, in this order, and what becomes of it. */
  private readonly kinds: [RegExp, (token: string) => void][] = [
    [SPACE, () => this.space()],
    [LINE_COMMENT, (comment) => this.put('comment', comment)],
    [COMMENT_START, () => this.blockComment()],
    [STRING_START, (start) => this.string(/^e/i.test(start))],
    [NAME, (name) => this.put('name', name)],
    [NAME_START, () => this.giveUp()],
    [PARAMETER, (parameter) => this.put('parameter', parameter)],
    [LONG_PARAMETER, () => this.put('constant', '')],
    [DOLLAR_QUOTE, (quote) => this.dollarString(quote)],
    [WORD, (word) => this.put('word', word)],
    [NUMBER, () => this.number()],
    [SYMBOL, (symbol) => this.put('symbol', symbol)],
  ];

  private step(): void {
    for (const [pattern, keep] of this.kinds) {
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.source)?.[0];
      if (found === undefined) continue;
      this.at += found.length;
      keep(found);
      return;
    }
  }

  private put(kind: TokenKind, text: string): void {
    this.tokens.push({ kind, text, gap: this.gap });
    this.gap = false;
  }

  private space(): void {
    this.gap = true;
  }

  /** Comments nest. One that does not end takes the rest with it. */
  private blockComment(): void {
    const start = this.at - 2;
    let depth = 1;
    const marks = /\/\*|\*\//g;
    marks.lastIndex = this.at;
    for (let mark = marks.exec(this.source); mark; mark = marks.exec(this.source)) {
      depth += mark[0] === '/*' ? 1 : -1;
      if (depth > 0) continue;
      this.at = marks.lastIndex;
      this.put('comment', this.source.slice(start, this.at));
      return;
    }
    this.endAll();
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
        this.put('constant', '');
        return;
      }
    }
    this.giveUp();
  }

  /** 12ab$x$: whether a name goes on or a string begins depends on the server's version. */
  private number(): void {
    if (this.source[this.at] === '$') this.giveUp();
    else this.put('constant', '');
  }

  private dollarString(quote: string): void {
    const end = this.source.indexOf(quote, this.at);
    this.at = end + quote.length;
    if (end < 0) this.giveUp();
    else this.put('constant', '');
  }

  private giveUp(): void {
    this.put('constant', '');
    this.endAll();
  }

  private endAll(): void {
    this.put('unsure', '');
    this.at = this.source.length;
  }
}
