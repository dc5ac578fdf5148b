import type { Caller } from '@tidegate/contracts/kernel/caller';

/** The verified caller. */
export interface Principal {
  caller: Caller;
  /** Requests with the same value count together. */
  rateKey: string;
  /** Epoch milliseconds from which it must be verified again. */
  expires: number;
  /** When the API key expires: it is invalid from then on, even while identity is away. */
  endsAt?: number;
  issuedAt: number;
  /** Version of the membership in the credentials: `Revocations` knows which are outdated. */
  memberVersion?: number;
  /** It reads only operations whose path has this parameter with this value: a link. */
  only?: { parameter: string; id: string };
  signed: { token: string; until: number } | undefined;
}

/** Clocks of hosts differ; what seems to be issued later than this was issued before our clock was set back. */
const AHEAD_MS = 60_000;

/** Whether what is remembered of a caller may still be used: not after our clock was set back, or it would outlive what revoked it. */
export const isFresh = ({ expires, issuedAt }: Principal, now = Date.now()): boolean =>
  expires > now && issuedAt <= now + AHEAD_MS;

/** Milliseconds until its key expires; without an end, infinitely many. */
export const endsIn = ({ endsAt = Number.POSITIVE_INFINITY }: Principal): number => endsAt - Date.now();

/** The credentials of a request. */
export interface Credential {
  token: string;
  /** The browser's session cookie, which pages of other sites send too. */
  byCookie: boolean;
}

/** The same caller at another address: what was verified is cached by the credentials, which move between networks. */
export function atAddress(principal: Principal, ip: string): Principal {
  if (principal.caller.ip === ip) return principal;
  return { ...principal, caller: { ...principal.caller, ip }, signed: undefined };
}
