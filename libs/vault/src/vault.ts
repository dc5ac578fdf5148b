import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** The very field that a secret belongs to. A ciphertext moved to any other field does not open. */
export interface SecretPlace {
  orgId: string;
  table: string;
  column: string;
  recordId: string;
}

export interface MasterKey {
  /** Short name that goes into every ciphertext, so that old ones say which key opens them. */
  id: string;
  /** 32 bytes, base64. */
  key: string;
}

/*
 * Master key → organisation key → record key (each HKDF-SHA256) → AES-256-GCM. The first master key of the ring
 * seals; all of them open. Layout: version (1) | id length (1) | master key id | nonce (12) | ciphertext | tag (16),
 * base64. Associated data: the header and the place.
 */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SYSTEM = '00000000-0000-0000-0000-000000000000';

export class Vault {
  private readonly ring: ReadonlyMap<string, Buffer>;
  private readonly current: string;

  constructor({ masterKeys }: { masterKeys: readonly MasterKey[] }) {
    const [first] = masterKeys;
    if (!first) throw new Error('The vault needs a master key.');
    this.current = first.id;
    this.ring = new Map(
      masterKeys.map(({ id, key }) => {
        const bytes = Buffer.from(key, 'base64');
        if (bytes.length !== 32) throw new Error(`Master key ${id} must be 32 bytes in base64.`);
        return [id, bytes];
      }),
    );
  }

  seal(place: SecretPlace, plaintext: string): string {
    const id = Buffer.from(this.current);
    const header = Buffer.concat([Buffer.of(VERSION, id.length), id]);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.recordKey(this.current, place), nonce).setAAD(
      bind(header, place),
    );
    const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return Buffer.concat([header, nonce, sealed, cipher.getAuthTag()]).toString('base64');
  }

  /** Throws when the ciphertext was changed, belongs to another place, or its master key is not in the ring. */
  open(place: SecretPlace, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const headBytes = 2 + (bytes[1] ?? 0);
    if (bytes[0] !== VERSION || bytes.length < headBytes + NONCE_BYTES + TAG_BYTES) {
      throw new Error('The sealed secret is malformed.');
    }
    const header = bytes.subarray(0, headBytes);
    const key = this.recordKey(header.subarray(2).toString(), place);
    const nonce = bytes.subarray(headBytes, headBytes + NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(bind(header, place))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = bytes.subarray(headBytes + NONCE_BYTES, -TAG_BYTES);
    return decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
  }

  /** True when another key than the newest sealed it: seal again at the next occasion. */
  isStale(sealed: string): boolean {
    const bytes = Buffer.from(sealed, 'base64');
    return bytes.subarray(2, 2 + (bytes[1] ?? 0)).toString() !== this.current;
  }

  /** A secret of the installation itself, which belongs to no organisation. */
  sealSystem(purpose: string, plaintext: string): string {
    return this.seal({ orgId: SYSTEM, table: 'system', column: purpose, recordId: purpose }, plaintext);
  }

  openSystem(purpose: string, sealed: string): string {
    return this.open({ orgId: SYSTEM, table: 'system', column: purpose, recordId: purpose }, sealed);
  }

  /** Tells the newest master key from another without revealing it; kept in the database to refuse a wrong key. */
  fingerprint(): string {
    const key = this.ring.get(this.current) ?? Buffer.alloc(0);
    return createHash('sha256').update('tidegate fingerprint').update(key).digest('hex').slice(0, 16);
  }

  private recordKey(masterId: string, place: SecretPlace): Buffer {
    const master = this.ring.get(masterId);
    if (!master) throw new Error(`Master key ${masterId} is not in the ring.`);
    const organisation = hkdfSync('sha256', master, '', `org|${place.orgId}`, 32);
    const info = lengthPrefixed([place.table, place.column, place.recordId]);
    return Buffer.from(hkdfSync('sha256', Buffer.from(organisation), '', info, 32));
  }
}

const bind = (header: Buffer, place: SecretPlace): Buffer =>
  Buffer.concat([header, lengthPrefixed([place.orgId, place.table, place.column, place.recordId])]);

/** Joined so that no two lists give the same bytes. */
function lengthPrefixed(parts: string[]): Buffer {
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('|'));
}
