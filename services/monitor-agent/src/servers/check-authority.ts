import { FIELD_TEXTS } from '@tidegate/contracts/kernel/field-texts';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import { lacksCa } from '../kernel/connection/tls-mode.rules.ts';

/** What would never be connected to is refused at once, as a mistake in its field. */
export function checkAuthority({ tlsMode, tlsCa }: { tlsMode?: TlsMode; tlsCa?: string | null }): void {
  if (!lacksCa(tlsMode, tlsCa)) return;
  throw invalid('/tlsCa', 'tls_ca_needed', FIELD_TEXTS.tls_ca_needed[0]);
}
