import { ConnectionFailed } from './connection-failure.rules.ts';
import { OID, type Part, part, SEQUENCE } from './der.rules.ts';

/*
 * For channel binding the driver reads in the server's certificate with which hash it was signed, by a reader of its
 * own that believes every length. Of the algorithm's parameters OpenSSL looks at the outside only, so a malicious
 * server, with a certificate that nobody needs to have signed, could send that reader two thousand million bytes past
 * the end. Here the same steps are taken within bounds; a certificate that fails them is not bound to.
 */
const HASH_OF_PSS = 0xa0;
const PSS = '2a864886f70d01010a';
const MAX_OID_BYTES = 16;

export function boundCertificate({ raw }: { raw?: Buffer }): { raw: Buffer } {
  if (!raw || !isReadable(raw)) throw new ConnectionFailed('authentication_unsupported');
  return { raw };
}

function isReadable(raw: Buffer): boolean {
  const certificate = part(raw, SEQUENCE, { from: 0, end: raw.length });
  const signed = certificate && part(raw, SEQUENCE, certificate);
  const algorithm = signed && part(raw, SEQUENCE, { from: signed.end, end: certificate.end });
  const name = algorithm && oid(raw, algorithm);
  if (!name) return false;
  if (raw.toString('hex', name.from, name.end) !== PSS) return true;
  const parameters = part(raw, SEQUENCE, { from: name.end, end: algorithm.end });
  const hash = parameters && part(raw, HASH_OF_PSS, parameters);
  const inside = hash && part(raw, SEQUENCE, hash);
  return inside !== undefined && oid(raw, inside) !== undefined;
}

function oid(raw: Buffer, within: Part): Part | undefined {
  const found = part(raw, OID, within);
  return found && found.end > found.from && found.end - found.from <= MAX_OID_BYTES ? found : undefined;
}
