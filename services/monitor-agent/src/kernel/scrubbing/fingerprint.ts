import { fingerprintSync } from 'libpg-query';
import { unlessRefused } from './scan-tokens.ts';

/*
 * Fingerprint of a statement: libpg_query's hash over the parse tree without constants (monitoring.md 3.3). It is made
 * from the scrubbed text and never from what was typed: of utility statements the hash covers constants as well, so
 * that a password could be guessed from it.
 *
 * Where the grammar takes no parameter (COPY, DO, COMMENT, varchar(10)) a text is tried with an empty string in each
 * place, then with a zero: which constant it is makes no difference where constants are left out.
 */

/** The library answers its errors as if they were hashes. */
const FINGERPRINT = /^[\da-f]{16}$/;
const FORMS = [undefined, "''", '0'];

export function fingerprintOf(scrubbed: string): string | undefined {
  for (const constant of FORMS) {
    const text = constant === undefined ? scrubbed : scrubbed.replace(/\$\d+\b/g, constant);
    const found = tried(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tried(text: string): string | undefined {
  const found = unlessRefused(() => fingerprintSync(text));
  return found !== undefined && FINGERPRINT.test(found) ? found : undefined;
}
