import type { ReadSecret } from '@tidegate/database/read-secret';

export type { ReadSecret };

export const asReadSecret = (secret: string | ReadSecret): ReadSecret => {
  if (typeof secret !== 'string') return secret;
  const only = [secret];
  return () => only;
};

/** The first answer that is one: of what is remembered, then of what is there now. */
export function firstOf<T>(read: ReadSecret, attempt: (secret: string) => T | undefined): T | undefined {
  const known = read();
  for (const secret of known) {
    const answer = attempt(secret);
    if (answer !== undefined) return answer;
  }
  for (const secret of read(true)) {
    if (known.includes(secret)) continue;
    const answer = attempt(secret);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
