import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { FeatureKey, Level } from '@tidegate/contracts/billing/features';
import { z } from 'zod';

/*
 * A licence is one line: header.payload.signature, each base64url, a JSON Web Signature (RFC 7515) with Ed25519 (RFC 8037).
 * Whoever has the public key can check it without a connection; only who has the private key can issue one.
 */
const TYPE = 'tidegate-licence';
const Header = z.object({ alg: z.literal('EdDSA'), typ: z.literal(TYPE), kid: z.string() });

export const Licence = z.strictObject({
  id: z.uuid(),
  licensee: z.string().min(1),
  product: z.string(),
  plan: z.string(),
  /** What it allows; null is unlimited. */
  features: z.record(FeatureKey, z.union([z.int().min(0), z.boolean(), Level, z.null()])),
  issuedAt: z.iso.datetime(),
  validFrom: z.iso.datetime(),
  /** Not any more from this instant on. */
  validUntil: z.iso.datetime(),
});
export type Licence = z.infer<typeof Licence>;

export type Verdict =
  | { state: 'valid' | 'expired' | 'not_yet_valid'; licence: Licence }
  | { state: 'malformed' | 'other_key' | 'forged' };

/** More than any licence needs; what is larger is not read. */
export const MOST_CHARACTERS = 100_000;

export function issueLicence(licence: Licence, privateKeyPem: string): string {
  const key = ed25519(createPrivateKey(privateKeyPem));
  const header = { alg: 'EdDSA', typ: TYPE, kid: keyId(createPublicKey(key)) };
  const signed = [header, Licence.parse(licence)].map((part) => encode(JSON.stringify(part))).join('.');
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** What a licence says, whoever signed it; undefined when it is none. */
export function readLicence(text: string): Licence | undefined {
  return parts(text)?.licence;
}

export function checkLicence(text: string, publicKeyPem: string, now: number): Verdict {
  const key = ed25519(createPublicKey(publicKeyPem));
  const read = parts(text);
  if (!read) return { state: 'malformed' };
  const { header, licence, signed, signature } = read;
  if (header.kid !== keyId(key)) return { state: 'other_key' };
  if (!verify(null, Buffer.from(signed), key, signature)) return { state: 'forged' };
  if (now < Date.parse(licence.validFrom)) return { state: 'not_yet_valid', licence };
  return { state: now < Date.parse(licence.validUntil) ? 'valid' : 'expired', licence };
}

function parts(text: string) {
  const pieces = text.length > MOST_CHARACTERS ? [] : text.trim().split('.');
  if (pieces.length !== 3 || !pieces.every((piece) => /^[A-Za-z0-9_-]+$/.test(piece))) return undefined;
  const [head = '', payload = '', signature = ''] = pieces;
  const header = Header.safeParse(json(head));
  const licence = Licence.safeParse(json(payload));
  if (!header.success || !licence.success) return undefined;
  return {
    header: header.data,
    licence: licence.data,
    signed: `${head}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

const encode = (text: string): string => Buffer.from(text).toString('base64url');

function json(piece: string): unknown {
  try {
    return JSON.parse(Buffer.from(piece, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function ed25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new Error(`Licences are signed with Ed25519; this is a key of ${key.asymmetricKeyType}.`);
}

/** Names a key: the beginning of the hash of its public half. */
const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
