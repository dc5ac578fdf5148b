/** Longer than a transaction takes, and than tokens round the time of their issue. */
const MARGIN_MS = 2_000;

/**
 * The instant up to which credentials of somebody who is out count no more. It lies ahead: until this transaction
 * commits they still get tokens and their keys still verify. Somebody who only changes roles must not lose the tokens
 * of the new role: there the present is right.
 */
export const afterCommit = (now = Date.now()): string => new Date(now + MARGIN_MS).toISOString();
