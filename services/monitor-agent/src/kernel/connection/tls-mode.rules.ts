import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';

/** Verified unless set otherwise; on the machine itself there is nobody in between. */
export function defaultTlsMode(given: TlsMode | undefined, loopback: boolean): TlsMode {
  return given ?? (loopback ? 'disable' : 'verify-full');
}

/**
 * Whether the other side has proved to be the server: only then may a password be sent in clear text. A certificate for
 * any name proves that only where the authority is the customer's own, not a public one.
 */
export function isVerified(mode: TlsMode, ca: string | null): boolean {
  return mode === 'verify-full' || (mode === 'verify-ca' && ca !== null);
}

export const lacksCa = (mode: TlsMode | undefined, ca: string | null | undefined): boolean =>
  mode === 'verify-ca' && !ca;

const STRENGTH: Record<TlsMode, number> = { disable: 0, require: 1, 'verify-ca': 2, 'verify-full': 3 };

export const isWeaker = (next: TlsMode, before: TlsMode): boolean => STRENGTH[next] < STRENGTH[before];
