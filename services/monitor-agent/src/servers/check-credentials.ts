import { invalid, invalidFields } from '@tidegate/contracts/kernel/problem';
import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import {
  CertificateRefused,
  type ReadCertificate,
  readClientCertificate,
} from '../kernel/connection/client-certificate.ts';

interface Given {
  password?: string | null | undefined;
  tlsCert?: string | null | undefined;
  tlsKey?: string | undefined;
  tlsKeyPassphrase?: string | undefined;
}

/** The client certificate that was given, if one was; what is wrong with it is a mistake in its field. */
export function certificateOf({ tlsCert, tlsKey, tlsKeyPassphrase }: Given): ReadCertificate | null {
  if (!tlsCert) {
    if (tlsKey !== undefined) {
      throw invalid('/tlsCert', 'certificate_needed', 'Give the certificate that this key belongs to.');
    }
    if (tlsKeyPassphrase !== undefined) throw invalid('/tlsKey', 'key_needed', 'Give the key that it opens.');
    return null;
  }
  if (tlsKey === undefined) throw invalid('/tlsKey', 'key_needed', 'Give the private key of the certificate.');
  try {
    return readClientCertificate({ cert: tlsCert, key: tlsKey, passphrase: tlsKeyPassphrase }, new Date());
  } catch (error) {
    if (error instanceof CertificateRefused) throw invalidFields([error.fault]);
    throw error;
  }
}

/** Somebody has to log in somehow, and a certificate of a client is a part of TLS. */
export function checkCredentials(has: { password: boolean; certificate: boolean; tlsMode: TlsMode | undefined }): void {
  if (!has.password && !has.certificate) {
    throw invalid('/password', 'password_needed', 'Give the password of the role, or a client certificate.');
  }
  if (has.certificate && has.tlsMode === 'disable') {
    throw invalid('/tlsMode', 'tls_needed', 'A client certificate is shown over TLS only.');
  }
}
