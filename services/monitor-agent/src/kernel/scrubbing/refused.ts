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
