/*
 * A link to a read-only page carries its key behind #, which no server receives. It is taken out of the address, so that no
 * picture of the screen shows it, and kept for this tab alone. It reads one thing and can be revoked; a session's token
 * is never readable like this.
 */
const KEPT = 'tidegate-link';
const GIVEN = /^#link=([0-9A-Za-z_]{20,200})$/;

let key: string | undefined;

/** Before anything is read. */
export function takeLink(): void {
  const given = GIVEN.exec(location.hash)?.[1];
  if (given) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  key = given ?? sessionStorage.getItem(KEPT) ?? undefined;
}

/** Undefined for whoever has a session of their own. */
export const linkKey = (): string | undefined => key;

/** To the log-in, in a new document: nothing of the link stays in memory. */
export function leaveLink(): void {
  sessionStorage.removeItem(KEPT);
  location.assign('/log-in');
}
