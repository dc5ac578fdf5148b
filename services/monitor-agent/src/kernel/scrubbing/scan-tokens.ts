import { type ScanToken, scanSync } from 'libpg-query';
import { readable, type ScrubbedText, withoutData } from './scrub-text.rules.ts';
import { ownTokens, type SqlToken, type TokenKind } from './sql-tokens.rules.ts';

/*
 * SQL cut into tokens by PostgreSQL's own scanner. It knows every form that a constant can have; what it names nothing
 * (words, operators, and prefixed strings such as B'01' and U&'a') is told apart by how it begins. Two things it cannot
 * know are held against it here, because they decide about where a constant ends: the session may have been one where
 * \' does not end a string, and 'it's was meant to be one string.
 */
const CONSTANTS = new Set(['SCONST', 'USCONST', 'BCONST', 'XCONST', 'FCONST', 'ICONST']);
const COMMENTS = new Set(['C_COMMENT', 'SQL_COMMENT']);
const NAME = /^(?:u&)?"/i;
const WORD = /^[\p{L}_\u0080-\uffff]/u;
const SHORT_PARAMETER = /^\$\d{1,5}$/;

/** A text that was cut off is one that the scanner refuses; of it our own rules keep what stands before the cut. */
export function scrubScanned(given: string): ScrubbedText {
  const { source, cut } = readable(given);
  return withoutData(scanTokens(source) ?? ownTokens(source), cut);
}

/** undefined: the scanner refuses the text. */
export function scanTokens(source: string): SqlToken[] | undefined {
  if (source.trim() === '') return [];
  const scanned = unlessRefused(() => scanSync(source).tokens);
  if (!scanned) return undefined;
  const tokens: SqlToken[] = [];
  let end = 0;
  for (const [index, token] of scanned.entries()) {
    const kind = kindOf(token);
    const prefix = kind === 'constant' && isNational(scanned[index - 1], token) ? tokens.pop() : undefined;
    const gap = prefix?.gap ?? token.start > end;
    end = token.end;
    tokens.push({ kind, text: kind === 'constant' ? '' : token.text, gap });
    if (kind !== 'constant' || endsSurely(token, scanned[index + 1])) continue;
    tokens.push({ kind: 'unsure', text: '', gap: false });
    break;
  }
  return tokens;
}

function kindOf({ tokenName, text }: ScanToken): TokenKind {
  if (COMMENTS.has(tokenName)) return 'comment';
  if (CONSTANTS.has(tokenName)) return 'constant';
  if (NAME.test(text)) return 'name';
  if (SHORT_PARAMETER.test(text)) return 'parameter';
  if (text.includes("'") || /^[\d$]/.test(text)) return 'constant';
  return WORD.test(text) ? 'word' : 'symbol';
}

/** N'…' comes as a word and a string. */
const isNational = (before: ScanToken | undefined, { start }: ScanToken): boolean =>
  before !== undefined && before.end === start && /^n$/i.test(before.text);

function endsSurely({ text, end }: ScanToken, next: ScanToken | undefined): boolean {
  if (!text.endsWith("'")) return true;
  if (!/^e/i.test(text) && text.includes("\\'")) return false;
  return next === undefined || next.start > end || !/^[\p{L}\p{N}]/u.test(next.text);
}

/**
 * What libpg-query answers, or undefined where it refuses the text. Its words are dropped: they may quote the text. A
 * refusal is an ordinary error; a breakdown of WebAssembly (out of stack or memory) is not, and is thrown on.
 */
export function unlessRefused<Result>(ask: () => Result): Result | undefined {
  try {
    return ask();
  } catch (error) {
    if (BREAKDOWNS.has((error as Error).name)) throw new Error('The parser broke down.');
    return undefined;
  }
}

const BREAKDOWNS = new Set(['RuntimeError', 'RangeError']);
