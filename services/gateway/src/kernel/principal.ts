import type { Caller } from '@tidegate/contracts/kernel/caller';

/** Who asks, as it was verified. */
export interface Principal {
  caller: Caller;
  /** Whose requests count together. */
  rateKey: string;
  /** Epoch milliseconds from which it must be verified again. */
  expires: number;
  /** Of an API key with an end: from then on it counts no more, whatever can be asked. */
  endsAt?: number;
  issuedAt: number;
  /** Of the membership that the credentials carry: `Revocations` knows which are over. */
  memberVersion?: number;
  signed: { token: string; until: number } | undefined;
}

/** What a request brought to say who it is. */
export interface Credential {
  token: string;
  /** The browser's session cookie, which foreign pages send as well. */
  byCookie: boolean;
}

/** The same caller at another address: what was verified is cached by the credentials, which move between networks. */
export function atAddress(principal: Principal, ip: string): Principal {
  if (principal.caller.ip === ip) return principal;
  return { ...principal, caller: { ...principal.caller, ip }, signed: undefined };
}
