import { invalid } from '@tidegate/contracts/kernel/problem';
import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import { describeFailure } from '../kernel/connection/connection-failure.rules.ts';
import { lacksCa } from '../kernel/connection/tls-mode.rules.ts';

const NOWHERE = { host: '', port: 0, database: '', user: '' };

/** What would never be connected to is refused at once, as a mistake in its field. */
export function checkAuthority({ tlsMode, tlsCa }: { tlsMode?: TlsMode; tlsCa?: string | null }): void {
  if (!lacksCa(tlsMode, tlsCa)) return;
  throw invalid('/tlsCa', 'tls_ca_needed', describeFailure('tls_ca_needed', NOWHERE).what);
}
