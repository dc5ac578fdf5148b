import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import type { ClientCertificate } from './client-certificate.ts';

/** Our own meaning of each mode; that of the driver's connection strings changes between its versions. */
export function tlsOptions(of: {
  tlsMode: TlsMode;
  tlsCa: string | null;
  host: string;
  clientCertificate?: ClientCertificate | null;
}): ConnectionOptions | false {
  const { tlsMode, tlsCa, host, clientCertificate } = of;
  if (tlsMode === 'disable') return false;
  const common: ConnectionOptions = {
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tlsCa ? { ca: tlsCa } : {}),
    // Only shown to a server that asks for one. Nobody can log in with what it sees of it: each handshake is signed anew.
    ...(clientCertificate ? { cert: clientCertificate.cert, key: clientCertificate.key } : {}),
  };
  if (tlsMode === 'require') return { ...common, rejectUnauthorized: false };
  return {
    ...common,
    rejectUnauthorized: true,
    checkServerIdentity: (_name: string, certificate: PeerCertificate) =>
      tlsMode === 'verify-ca' ? undefined : checkServerIdentity(host, certificate),
  };
}
