import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { lengthPrefixed } from './sealed-text.ts';

/** The ring as it is configured now: 32-byte keys in base64, in any order. */
export type ReadRing = () => readonly string[];

/** Identifies a master key without revealing it. The label is part of every stored id. */
export const masterKeyId = (key: string): string =>
  createHash('sha256').update('tidegate key fingerprint').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 16);

/*
 * Master key → wrapping key (HKDF-SHA256) → AES-256-GCM over a data key.
 * Layout: version (1) | nonce (12) | wrapped key (32) | tag (16). Associated data: version, owner and master key.
 */
const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/**
 * The master keys of this process. The ring is read again when a key is missing, so that a rotation reaches running
 * services.
 */
export class MasterKeys {
  private readonly read: ReadRing;
  private ring = new Map<string, Buffer>();

  constructor(read: ReadRing) {
    this.read = read;
    this.refresh();
    if (this.ring.size === 0) throw new Error('The vault needs a master key.');
  }

  /** Ids in the order in which the ring is configured. */
  ids(): string[] {
    return [...this.ring.keys()];
  }

  all(): Buffer[] {
    return [...this.ring.values()];
  }

  has(id: string): boolean {
    if (!this.ring.has(id)) this.refresh();
    return this.ring.has(id);
  }

  wrap(id: string, orgId: string, dataKey: Buffer, nonce = randomBytes(NONCE_BYTES)): Buffer {
    const header = Buffer.of(VERSION);
    const cipher = createCipheriv('aes-256-gcm', this.wrappingKey(id), nonce).setAAD(bindKey(header, id, orgId));
    return Buffer.concat([header, nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws when the key was changed, belongs to another organisation, or its master key is not in the ring. */
  unwrap(id: string, orgId: string, wrapped: Buffer): Buffer {
    const key = this.wrappingKey(id);
    const header = wrapped.subarray(0, 1);
    if (wrapped.length !== WRAPPED_BYTES || header[0] !== VERSION) {
      throw new Error(`The data key of ${orgId} is malformed.`);
    }
    const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(1, 1 + NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(bindKey(header, id, orgId))
      .setAuthTag(wrapped.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(wrapped.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new Error(`The data key of ${orgId} was changed or belongs elsewhere.`, { cause: error });
    }
  }

  private wrappingKey(id: string): Buffer {
    if (!this.has(id)) {
      throw new Error(
        `Master key ${id} is not in the ring of this process.\n  Fix: give it the ring that has this key (docs/secrets.md).`,
      );
    }
    return Buffer.from(hkdfSync('sha256', this.ring.get(id) as Buffer, '', 'tidegate wrap 1', KEY_BYTES));
  }

  private refresh(): void {
    this.ring = new Map(
      this.read().map((key) => {
        const bytes = Buffer.from(key, 'base64');
        if (bytes.length !== KEY_BYTES) throw new Error('A master key must be 32 bytes in base64.');
        return [masterKeyId(key), bytes];
      }),
    );
  }
}

const bindKey = (header: Buffer, id: string, orgId: string): Buffer =>
  Buffer.concat([header, lengthPrefixed(['data key', orgId, id])]);
