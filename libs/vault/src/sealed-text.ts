import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** The field that a secret belongs to. A ciphertext that is moved to any other field does not open. */
export interface SecretPlace {
  /** The organisation, or `INSTALLATION`. */
  orgId: string;
  table: string;
  column: string;
  recordId: string;
}

/** Owner of what belongs to no organisation: signing keys, sessions. */
export const INSTALLATION = '00000000-0000-0000-0000-000000000000';

/*
 * Data key → record key (HKDF-SHA256, RFC 5869, no salt, info: table, column and record) → AES-256-GCM.
 * Layout: version (1) | nonce (12) | ciphertext | tag (16), base64. Associated data: the version and the whole place.
 * Version 1 was sealed with keys derived from the master key: derived-keys.ts.
 */
const VERSION = 2;
const HEAD_BYTES = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Only tests with known answers give a `nonce`: none may be used twice with one key. */
export function sealText(dataKey: Buffer, place: SecretPlace, text: string, nonce = randomBytes(NONCE_BYTES)): string {
  const header = Buffer.of(VERSION);
  const cipher = createCipheriv('aes-256-gcm', recordKey(dataKey, place), nonce).setAAD(bind(header, place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([header, nonce, sealed, cipher.getAuthTag()]).toString('base64');
}

/** Throws when the text was changed in any byte, or belongs to another place or data key. */
export function openText(dataKey: Buffer, place: SecretPlace, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const canonical = bytes.toString('base64') === sealed;
  if (!canonical || bytes[0] !== VERSION || bytes.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES) {
    throw new Error(`The sealed secret in ${nameOf(place)} is malformed.`);
  }
  const nonce = bytes.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', recordKey(dataKey, place), nonce, { authTagLength: TAG_BYTES })
    .setAAD(bind(bytes.subarray(0, HEAD_BYTES), place))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const body = bytes.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES);
    return decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
  } catch (error) {
    throw new Error(`The sealed secret in ${nameOf(place)} was changed or belongs elsewhere.`, { cause: error });
  }
}

const nameOf = ({ table, column, recordId }: SecretPlace): string => `${table}.${column} of ${recordId}`;

function recordKey(dataKey: Buffer, { table, column, recordId }: SecretPlace): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, '', lengthPrefixed([table, column, recordId]), 32));
}

/** Associated data of a ciphertext: its header and where it belongs. */
export const bind = (header: Buffer, { orgId, table, column, recordId }: SecretPlace): Buffer =>
  Buffer.concat([header, lengthPrefixed([orgId, table, column, recordId])]);

/** Joined so that no two lists yield the same bytes. */
export function lengthPrefixed(parts: readonly string[]): Buffer {
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('|'));
}
