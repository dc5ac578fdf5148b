import type { TenantDatabase } from '@tidegate/database/tenant-database';
import {
  countShredded,
  findCurrentMasterKey,
  listMasterKeys,
  lockKeysOfOthers,
  makeCurrent,
  replaceWrapped,
  retireUnused,
} from './data-key.rows.ts';
import type { MasterKeys } from './master-keys.ts';

/*
 * Changes a service's master key: the new key is in the ring (stored before anything depends on it) → it becomes current
 * in master_keys → every data key that another key wraps is wrapped again, in batches → done.
 *
 * Each step is one transaction and the tables show how far it has come, so an interrupted rotation resumes where it
 * was. Secrets themselves are not touched. Running services keep what they have cached and read the ring again when
 * they encounter the new key. Creating a data key locks the current master key's row (vault.ts), so none can be wrapped
 * with the old key after the last batch.
 */
const BATCH = 500;

export interface MasterKeyState {
  id: string;
  /** new: in the ring, never used. current: wraps. old: only unwraps. retired: no longer needed. */
  state: 'new' | 'current' | 'old' | 'retired';
  inRing: boolean;
  /** Data keys that it wraps. */
  wraps: number;
}

export interface VaultState {
  masterKeys: MasterKeyState[];
  /** Organisations whose keys were destroyed. */
  shredded: number;
}

export function readVaultState(tenants: TenantDatabase, keys: MasterKeys): Promise<VaultState> {
  return tenants.system('vault', async (tx) => {
    const rows = await listMasterKeys(tx);
    const known = rows.map(({ id, is_current, retired_at, wraps }): MasterKeyState => {
      const state = is_current ? 'current' : retired_at ? 'retired' : 'old';
      return { id, state, inRing: keys.has(id), wraps };
    });
    const unused = keys.ids().filter((id) => !rows.some((row) => row.id === id));
    const fresh = unused.map((id): MasterKeyState => ({ id, state: 'new', inRing: true, wraps: 0 }));
    return { masterKeys: [...known, ...fresh], shredded: await countShredded(tx) };
  });
}

export interface Rotation {
  /** The master key that wraps now. */
  current: string;
  /** Data keys that were wrapped again. */
  rewrapped: number;
  /** True when this finished an interrupted rotation instead of starting a new one. */
  resumed: boolean;
}

/**
 * `makeKey` stores a new key in the ring and returns its id; it is called only when the ring has no unused key. Two
 * rotations of one service must not run at once.
 */
export async function rotateMasterKey(
  tenants: TenantDatabase,
  keys: MasterKeys,
  makeKey: () => Promise<string>,
): Promise<Rotation> {
  const { masterKeys } = await readVaultState(tenants, keys);
  const resumed = masterKeys.some(({ state, wraps }) => state !== 'current' && wraps > 0);
  if (!resumed) {
    const id = masterKeys.find(({ state }) => state === 'new')?.id ?? (await makeKey());
    if (!keys.has(id)) throw new Error(`Master key ${id} is not in the ring: it was not stored.`);
    await tenants.system('vault', (tx) => makeCurrent(tx, id));
  }
  return { ...(await rewrapAll(tenants, keys)), resumed };
}

/** Retires master keys that wrap nothing. Returns every retired id: those may be removed from the ring. */
export const retireMasterKeys = (tenants: TenantDatabase): Promise<string[]> => tenants.system('vault', retireUnused);

async function rewrapAll(tenants: TenantDatabase, keys: MasterKeys): Promise<{ current: string; rewrapped: number }> {
  const current = await tenants.system('vault', findCurrentMasterKey);
  if (!current) throw new Error('This schema has no master key yet.\n  Fix: start the service on it once.');
  let rewrapped = 0;
  for (;;) {
    const batch = await tenants.system('vault', async (tx) => {
      const rows = await lockKeysOfOthers(tx, current, BATCH);
      const wrapped = rows.map(({ org_id: orgId, wrapped: before, master_key_id: by }) => {
        const dataKey = keys.unwrap(by as string, orgId, before as Buffer);
        return { orgId, wrapped: keys.wrap(current, orgId, dataKey), masterKeyId: current };
      });
      if (wrapped.length > 0) await replaceWrapped(tx, wrapped);
      return wrapped.length;
    });
    rewrapped += batch;
    if (batch < BATCH) return { current, rewrapped };
  }
}
