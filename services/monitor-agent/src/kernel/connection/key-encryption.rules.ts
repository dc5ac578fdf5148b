import { OID, part, SEQUENCE } from './der.rules.ts';

/*
 * A private key in PEM form may be encrypted with a passphrase, and it says itself how many rounds that takes to find
 * out: two thousand million keep OpenSSL busy for minutes, on the thread that asked it. So the rounds are read here,
 * within bounds, before anything is decrypted. Only PBES2 with PBKDF2 is known, which openssl writes since 2018 and
 * others by default. The older form (`Proc-Type: 4,ENCRYPTED`) has one round and nothing to count.
 */
const PBES2 = '2a864886f70d01050d';
const PBKDF2 = '2a864886f70d01050c';
const OCTETS = 0x04;
const INTEGER = 0x02;
/** Some 100 ms; openssl writes 2,048. */
export const MOST_ROUNDS = 100_000;

const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END ENCRYPTED PRIVATE KEY-----/;

export type KeyEncryption = 'none' | 'passphrase' | 'unknown';

/** `unknown`: with another method, or too many rounds; or more than one key, of which the other could be meant. */
export function keyEncryption(pem: string): KeyEncryption {
  if (pem.split('-----BEGIN').length > 2) return 'unknown';
  if (pem.includes('-----BEGIN ENCRYPTED')) {
    const [, base64 = ''] = ENCRYPTED.exec(pem) ?? [];
    const rounds = roundsOf(Buffer.from(base64, 'base64'));
    return rounds !== undefined && rounds <= MOST_ROUNDS ? 'passphrase' : 'unknown';
  }
  return /^Proc-Type: *4,ENCRYPTED/m.test(pem) ? 'passphrase' : 'none';
}

/** EncryptedPrivateKeyInfo of RFC 5958, down to the iterationCount of RFC 8018. */
function roundsOf(raw: Buffer): number | undefined {
  const whole = part(raw, SEQUENCE, { from: 0, end: raw.length });
  const algorithm = whole && part(raw, SEQUENCE, whole);
  const name = algorithm && part(raw, OID, algorithm);
  if (!name || raw.toString('hex', name.from, name.end) !== PBES2) return undefined;
  const parameters = part(raw, SEQUENCE, { from: name.end, end: algorithm.end });
  const derivation = parameters && part(raw, SEQUENCE, parameters);
  const method = derivation && part(raw, OID, derivation);
  if (!method || raw.toString('hex', method.from, method.end) !== PBKDF2) return undefined;
  const inputs = part(raw, SEQUENCE, { from: method.end, end: derivation.end });
  const salt = inputs && part(raw, OCTETS, inputs);
  const rounds = salt && part(raw, INTEGER, { from: salt.end, end: inputs.end });
  if (!rounds || rounds.end - rounds.from < 1 || rounds.end - rounds.from > 4) return undefined;
  return raw.readIntBE(rounds.from, rounds.end - rounds.from);
}
