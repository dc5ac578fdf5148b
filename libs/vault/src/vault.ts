import { randomBytes } from 'node:crypto';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import {
  findCurrentMasterKey,
  findDataKey,
  insertDataKey,
  insertFirstMasterKey,
  lockCurrentMasterKey,
  shredDataKey,
} from './data-key.rows.ts';
import { MasterKeys, type ReadRing } from './master-keys.ts';
import { INSTALLATION, openText, type SecretPlace, sealText } from './sealed-text.ts';

export { INSTALLATION, type SecretPlace } from './sealed-text.ts';

interface CacheOptions {
  /** At most this many organisations' keys are cached. */
  cacheSize?: number;
  /** How long a key is cached: for this long another process may still open secrets with a shredded key. */
  cacheMs?: number;
}

const KEY_BYTES = 32;

interface Cached {
  key: Buffer;
  until: number;
}

/**
 * Secrets at rest. Master key → wrapped random data key per organisation (table data_keys) → record key → AES-256-GCM.
 *
 * `tx` must see the organisation's rows; for `INSTALLATION` any transaction will do. It is used only when the key is
 * not cached. The first secret of an organisation creates its key in the same transaction.
 */
export class Vault {
  readonly masterKeys: MasterKeys;
  private readonly cache = new Map<string, Cached>();
  private readonly cacheSize: number;
  private readonly cacheMs: number;
  /** How many keys were destroyed in this process. A key that was read before the last one is not cached. */
  private shreds = 0;

  constructor(ring: ReadRing, { cacheSize = 10_000, cacheMs = 60_000 }: CacheOptions = {}) {
    this.masterKeys = new MasterKeys(ring);
    this.cacheSize = cacheSize;
    this.cacheMs = cacheMs;
  }

  /**
   * Call it once before the first use. Throws when this schema's secrets were sealed with a key that is not in this
   * ring: a service with the wrong key must not start.
   */
  async prepare(tenants: TenantDatabase): Promise<void> {
    await tenants.as({}, async (tx) => {
      if ((await findCurrentMasterKey(tx)) === undefined) {
        await insertFirstMasterKey(tx, this.masterKeys.ids()[0] as string);
      }
      const current = await findCurrentMasterKey(tx);
      if (current === undefined || this.masterKeys.has(current)) return;
      throw new Error(
        `The secrets in this schema were encrypted with master key ${current}, which is not among ${this.masterKeys.ids().join(', ')}.\n  Fix: restore the secrets.json (or set the variables) that belong to this database.`,
      );
    });
  }

  async seal(tx: Tx, place: SecretPlace, plaintext: string): Promise<string> {
    return sealText(await this.keyToSeal(tx, place.orgId), place, plaintext);
  }

  /** Throws when the text was changed or belongs to another place, or the organisation's secrets were shredded. */
  async open(tx: Tx, place: SecretPlace, sealed: string): Promise<string> {
    const key = await this.findKey(tx, place.orgId);
    if (!key) throw new Error(`Organisation ${place.orgId} has no data key.`);
    return openText(key, place, sealed);
  }

  /**
   * Destroys the organisation's key when the transaction commits: whatever was sealed for it stays unreadable, even
   * with the master key, and nothing more can be sealed. May be repeated.
   */
  async shred(tx: Tx, orgId: string): Promise<void> {
    if (orgId === INSTALLATION) throw new Error('The key of the installation is not shredded.');
    await shredDataKey(tx, orgId);
    // Now for the rest of this transaction, and again after its commit, because others may have cached it meanwhile.
    this.cache.delete(orgId);
    tx.onCommit(() => {
      this.shreds += 1;
      this.cache.delete(orgId);
    });
  }

  /** The organisation's key itself, for a file that is sealed as a whole; undefined when nothing was sealed for it. */
  async takeKey(tx: Tx, orgId: string): Promise<Buffer | undefined> {
    if (orgId === INSTALLATION) throw new Error('The key of the installation stays where it is.');
    return this.findKey(tx, orgId);
  }

  /** The key of an organisation that comes from elsewhere: what was sealed with it there opens here. */
  async bringKey(tx: Tx, orgId: string, key: Buffer): Promise<void> {
    if (orgId === INSTALLATION || key.length !== KEY_BYTES) throw new Error('This is no key of an organisation.');
    const masterKeyId = await lockCurrentMasterKey(tx);
    const wrapped = this.masterKeys.wrap(masterKeyId, orgId, key);
    if (!(await insertDataKey(tx, { orgId, wrapped, masterKeyId })))
      throw new Error(
        `Organisation ${orgId} has had secrets here before, which were shredded with it or are still there.`,
      );
  }

  private async keyToSeal(tx: Tx, orgId: string): Promise<Buffer> {
    const known = await this.findKey(tx, orgId);
    if (known) return known;
    const { shreds } = this;
    const masterKeyId = await lockCurrentMasterKey(tx);
    const key = randomBytes(KEY_BYTES);
    const wrapped = this.masterKeys.wrap(masterKeyId, orgId, key);
    if (await insertDataKey(tx, { orgId, wrapped, masterKeyId })) {
      this.cacheAfterCommit(tx, orgId, key, shreds);
      return key;
    }
    const theirs = await this.findKey(tx, orgId);
    if (!theirs) throw new Error(`The data key of ${orgId} was created by another transaction and cannot be read.`);
    return theirs;
  }

  private async findKey(tx: Tx, orgId: string): Promise<Buffer | undefined> {
    const cached = this.cache.get(orgId);
    if (cached && cached.until > performance.now()) return cached.key;
    const { shreds } = this;
    const row = await findDataKey(tx, orgId);
    if (!row) return undefined;
    if (!row.wrapped || !row.master_key_id) throw new Error(`The secrets of organisation ${orgId} were shredded.`);
    const key = this.masterKeys.unwrap(row.master_key_id, orgId, row.wrapped);
    this.cacheAfterCommit(tx, orgId, key, shreds);
    return key;
  }

  /**
   * Not before the commit: the row may be this transaction's own, and a rollback removes it. Not at all when a key was
   * destroyed since `shreds` was read.
   */
  private cacheAfterCommit(tx: Tx, orgId: string, key: Buffer, shreds: number): void {
    tx.onCommit(() => {
      if (shreds !== this.shreds) return;
      this.cache.delete(orgId);
      this.cache.set(orgId, { key, until: performance.now() + this.cacheMs });
      const oldest = this.cache.keys().next();
      if (this.cache.size > this.cacheSize && !oldest.done) this.cache.delete(oldest.value);
    });
  }
}
