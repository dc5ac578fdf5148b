import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/*
 * Sealing for one receiver: an ephemeral X25519 key, HKDF-SHA256 over the shared secret, AES-256-GCM. Layout:
 * version (1) | ephemeral public key (32) | nonce (12) | ciphertext | tag (16), base64url. The context is bound in as
 * associated data, so that a sealed text opens only where it was meant to.
 */
const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_BYTES + NONCE_BYTES;

export interface SealingKeys {
  /** 32 bytes, base64. */
  publicKey: string;
  /** 32 bytes, base64. */
  privateKey: string;
}

export function generateSealingKeys(): SealingKeys {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const raw = (key: KeyObject, part: 'x' | 'd') => Buffer.from(key.export({ format: 'jwk' })[part] ?? '', 'base64url');
  return { publicKey: raw(publicKey, 'x').toString('base64'), privateKey: raw(privateKey, 'd').toString('base64') };
}

export function sealFor(publicKeyBase64: string, plaintext: string, context: string): string {
  const receiver = publicFrom(Buffer.from(publicKeyBase64, 'base64'));
  const ephemeral = generateKeyPairSync('x25519');
  const ephemeralPublic = Buffer.from(ephemeral.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const nonce = randomBytes(NONCE_BYTES);
  const key = derive(ephemeral.privateKey, receiver, ephemeralPublic);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), ephemeralPublic, nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** Throws when the text was changed, is for another key, or was sealed for another context. */
export function openSealed(privateKeyBase64: string, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < HEAD_BYTES + TAG_BYTES || bytes[0] !== VERSION) throw new Error('The sealed text is malformed.');
  const ephemeralPublic = bytes.subarray(1, 1 + KEY_BYTES);
  const nonce = bytes.subarray(1 + KEY_BYTES, HEAD_BYTES);
  const privateKey = privateFrom(privateKeyBase64);
  const key = derive(privateKey, publicFrom(ephemeralPublic), ephemeralPublic);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

function derive(privateKey: KeyObject, publicKey: KeyObject, ephemeralPublic: Buffer): Buffer {
  const shared = diffieHellman({ privateKey, publicKey });
  return Buffer.from(hkdfSync('sha256', shared, ephemeralPublic, 'tidegate seal box 1', KEY_BYTES));
}

const publicFrom = (raw: Buffer): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: raw.toString('base64url') }, format: 'jwk' });

/** PKCS #8 around the raw 32 bytes (RFC 8410): a JWK would need the public half too. */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const privateKeys = new Map<string, KeyObject>();

function privateFrom(base64: string): KeyObject {
  let key = privateKeys.get(base64);
  if (!key) {
    const der = Buffer.concat([PKCS8_X25519, Buffer.from(base64, 'base64')]);
    key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    privateKeys.set(base64, key);
  }
  return key;
}
