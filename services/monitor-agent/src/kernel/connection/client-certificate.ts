import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { FieldCode, ParamsOf, TextOf } from '@tidegate/contracts/kernel/field-texts';
import { type FieldError, faultAt } from '@tidegate/contracts/kernel/problem';
import { keyEncryption, MOST_ROUNDS } from './key-encryption.rules.ts';

/*
 * The certificate that a role proves itself with, and its private key (sslcert and sslkey of libpq). Everything that
 * would fail in the handshake later is found when they are given, with the field that is wrong. A passphrase is used
 * once, here: what is kept is sealed as a whole, so the key in it needs no second lock.
 */
export interface ClientCertificate {
  /** The role's certificate first, then those between it and the authority. */
  cert: string;
  key: string;
}

export interface GivenCertificate {
  cert: string;
  key: string;
  passphrase?: string | undefined;
}

export type CertificateField = 'tlsCert' | 'tlsKey' | 'tlsKeyPassphrase';

/** What is wrong with which field. None of it repeats anything that was given. */
export class CertificateRefused extends Error {
  override readonly name = 'CertificateRefused';
  readonly fault: FieldError;

  constructor(fault: FieldError) {
    super(fault.message);
    this.fault = fault;
  }
}

const refused = <C extends FieldCode, T extends TextOf<C>>(
  field: CertificateField,
  code: C,
  text: T,
  ...params: ParamsOf<T>
) => new CertificateRefused(faultAt(`/${field}`, code, text, ...params));

const MAX_CHAIN = 10;
const MAX_RSA_BITS = 8_192;
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const KINDS = new Set(['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448']);

export interface ReadCertificate {
  certificate: ClientCertificate;
  /** When the first of the chain ends. */
  validUntil: Date;
}

export function readClientCertificate(given: GivenCertificate, now: Date): ReadCertificate {
  const chain = chainOf(given.cert);
  const [own] = chain;
  const from = new Date(Math.max(...chain.map((one) => Date.parse(one.validFrom))));
  const validUntil = new Date(Math.min(...chain.map((one) => Date.parse(one.validTo))));
  if (!own || Number.isNaN(from.getTime()) || Number.isNaN(validUntil.getTime())) throw noCertificate();
  if (validUntil <= now) {
    throw refused('tlsCert', 'certificate_expired', 'It expired at {at}.', { at: validUntil.toISOString() });
  }
  if (from > now) {
    throw refused('tlsCert', 'certificate_not_yet_valid', 'It is valid from {at} on.', { at: from.toISOString() });
  }
  const key = keyOf(given);
  if (!own.checkPrivateKey(key)) {
    throw refused(
      'tlsKey',
      'key_mismatch',
      'The private key does not belong to the first certificate of tlsCert, which has to be the role’s own.',
    );
  }
  const certificate = {
    cert: chain.map((one) => one.toString()).join(''),
    key: key.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
  checkUsable(certificate);
  return { certificate, validUntil };
}

const noCertificate = () =>
  refused('tlsCert', 'certificate_invalid', 'This is not one or more certificates in PEM form.');

function chainOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw noCertificate();
  if (blocks.length > MAX_CHAIN) {
    throw refused('tlsCert', 'chain_too_long', 'Give at most {most} certificates.', { most: MAX_CHAIN });
  }
  try {
    return blocks.map((one) => new X509Certificate(one));
  } catch {
    // What OpenSSL says about it may quote it.
    throw noCertificate();
  }
}

function keyOf({ key: pem, passphrase }: GivenCertificate): KeyObject {
  const encryption = keyEncryption(pem);
  if (encryption === 'unknown') {
    throw refused(
      'tlsKey',
      'key_encryption_unsupported',
      'Give one key, encrypted with PBKDF2 of at most {rounds} rounds or not at all. To decrypt it use openssl pkey -in KEY -out PLAIN; it is stored encrypted here.',
      { rounds: MOST_ROUNDS },
    );
  }
  if (encryption === 'passphrase' && passphrase === undefined) {
    throw refused(
      'tlsKeyPassphrase',
      'passphrase_needed',
      'The private key is encrypted. Give its passphrase, which is used once and not stored.',
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem', ...(encryption === 'passphrase' ? { passphrase } : {}) });
  } catch {
    throw encryption === 'passphrase'
      ? refused('tlsKeyPassphrase', 'passphrase_wrong', 'The private key does not open with it.')
      : refused('tlsKey', 'key_invalid', 'This is not a private key in PEM form.');
  }
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType ?? '';
  if (!KINDS.has(kind) || modulusLength > MAX_RSA_BITS || (kind === 'ec' && !CURVES.has(namedCurve ?? ''))) {
    throw refused(
      'tlsKey',
      'key_unsupported',
      'Use RSA of at most {bits} bits, an elliptic curve (P-256, P-384, P-521), Ed25519 or Ed448.',
      { bits: MAX_RSA_BITS },
    );
  }
  return key;
}

/** What OpenSSL itself refuses, such as a key of 512 bits or a signature with MD5. */
function checkUsable(certificate: ClientCertificate): void {
  try {
    createSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
  } catch {
    throw refused(
      'tlsCert',
      'certificate_too_weak',
      'OpenSSL refuses it: its key is too short, or its signature uses a broken hash. Make a new one.',
    );
  }
}
