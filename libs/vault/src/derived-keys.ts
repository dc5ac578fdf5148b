import { createDecipheriv, hkdfSync } from 'node:crypto';
import { bind, lengthPrefixed, type SecretPlace } from './sealed-text.ts';

/*
 * Version 1, from before organisations had keys of their own: master key → organisation key → record key, each by
 * HKDF-SHA256. Layout: version (1) | id length (1) | id | nonce (12) | ciphertext | tag (16), base64. Only read, to
 * reseal such texts (reseal.ts).
 */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What the base64 of every version 1 text begins with: ids were shorter than 16 bytes. No later version does. */
export const DERIVED_PREFIX = 'AQ';

/** Throws when none of the keys opens it. */
export function openDerived(masterKeys: readonly Buffer[], place: SecretPlace, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const headBytes = 2 + (bytes[1] ?? 0);
  if (bytes[0] !== VERSION || bytes.length < headBytes + NONCE_BYTES + TAG_BYTES) {
    throw new Error('The sealed secret is malformed.');
  }
  for (const masterKey of masterKeys) {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      derive(masterKey, place),
      bytes.subarray(headBytes, headBytes + NONCE_BYTES),
      { authTagLength: TAG_BYTES },
    )
      .setAAD(bind(bytes.subarray(0, headBytes), place))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = decipher.update(bytes.subarray(headBytes + NONCE_BYTES, -TAG_BYTES));
    try {
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch {
      // Another key of the ring may match.
    }
  }
  throw new Error('No master key of the ring opens the sealed secret.');
}

function derive(masterKey: Buffer, { orgId, table, column, recordId }: SecretPlace): Buffer {
  const organisation = hkdfSync('sha256', masterKey, '', `org|${orgId}`, 32);
  return Buffer.from(hkdfSync('sha256', Buffer.from(organisation), '', lengthPrefixed([table, column, recordId]), 32));
}
