import { newId } from '@tidegate/database/ids';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import { makeMasterKey, openSchema, placeOf, type Schema } from '../test/schemas.ts';
import { readVaultState, retireMasterKeys, rotateMasterKey } from './key-rotation.ts';
import { MasterKeys, masterKeyId } from './master-keys.ts';
import { type SecretPlace, Vault } from './vault.ts';

interface Stored {
  place: SecretPlace;
  sealed: string;
  text: string;
}

/** A service's schema, its ring and the operator's actions on both. */
async function openService() {
  const { tenants, sql }: Schema = await openSchema();
  const ring = [makeMasterKey()];
  const openVault = (keys: readonly string[] = ring) => new Vault(() => keys);
  await openVault().prepare(tenants);
  const addKey = async () => masterKeyId(ring[ring.push(makeMasterKey()) - 1] as string);
  return {
    tenants,
    sql,
    ring,
    ids: () => ring.map(masterKeyId),
    openVault,
    store: (text: string, vault = openVault()) => store(tenants, vault, text),
    addKey,
    rotate: (makeKey = addKey) => rotateMasterKey(tenants, new MasterKeys(() => ring), makeKey),
    state: () => readVaultState(tenants, new MasterKeys(() => ring)),
    /** What a process that has just started with these keys reads. */
    readAll: (all: Stored[], keys: readonly string[] = ring) => readAll(tenants, openVault(keys), all),
  };
}

async function store(tenants: TenantDatabase, vault: Vault, text: string): Promise<Stored> {
  const place = placeOf(newId());
  return { place, text, sealed: await tenants.run(place.orgId, (tx) => vault.seal(tx, place, text)) };
}

const readAll = (tenants: TenantDatabase, vault: Vault, all: Stored[]): Promise<string[]> =>
  Promise.all(all.map(({ place, sealed }) => tenants.read(place.orgId, (tx) => vault.open(tx, place, sealed))));

const texts = (all: Stored[]) => all.map(({ text }) => text);

/** More organisations than fit into a batch, without sealing something for each. */
async function addOrganisations(service: Awaited<ReturnType<typeof openService>>, count: number): Promise<void> {
  const keys = new MasterKeys(() => service.ring);
  const [id] = service.ids() as [string];
  const rows = Array.from({ length: count }, () => newId()).map((orgId) => ({
    orgId,
    wrapped: keys.wrap(id, orgId, Buffer.alloc(32, 1)),
  }));
  await service.sql(
    'insert into data_keys (org_id, wrapped, master_key_id) select *, $3 from unnest($1::uuid[], $2::bytea[])',
    [rows.map(({ orgId }) => orgId), rows.map(({ wrapped }) => wrapped), id],
  );
}

test('re-wraps every key; secrets open with both keys meanwhile and with the new one alone afterwards', async () => {
  const service = await openService();
  const running = service.openVault();
  const all = await Promise.all(Array.from({ length: 10 }, (_, index) => service.store(`s${index}`, running)));
  const rotation = await service.rotate();
  const [before, after] = service.ids();
  expect(rotation).toEqual({ current: after, rewrapped: 10, resumed: false });
  expect(await service.readAll(all)).toEqual(texts(all));
  expect(await service.readAll(all, service.ring.slice(1))).toEqual(texts(all));
  await expect(service.readAll(all, service.ring.slice(0, 1))).rejects.toThrow(
    `Master key ${after} is not in the ring`,
  );

  expect(await retireMasterKeys(service.tenants)).toEqual([before]);
  expect(await service.state()).toEqual({
    masterKeys: [
      { id: before, state: 'retired', inRing: true, wraps: 0 },
      { id: after, state: 'current', inRing: true, wraps: 10 },
    ],
    shredded: 0,
  });
});

test('a running service finds the new key by itself and seals with it', async () => {
  const service = await openService();
  const running = service.openVault();
  const old = await service.store('old', running);
  await service.rotate();
  const fresh = await service.store('fresh', running);
  expect(await service.readAll([old, fresh], service.ring.slice(1))).toEqual(['old', 'fresh']);
});

test('organisations created at any moment of a rotation get the new key', async () => {
  const service = await openService();
  const running = service.openVault();
  await addOrganisations(service, 1_200);
  let rotating = true;
  const rotation = service.rotate().finally(() => {
    rotating = false;
  });
  const stored: Stored[] = [];
  while (rotating) stored.push(...(await Promise.all([1, 2, 3, 4].map(() => service.store('during', running)))));
  await rotation;
  expect(stored.length).toBeGreaterThan(0);
  expect(await service.readAll(stored, service.ring.slice(1))).toEqual(texts(stored));
  expect((await service.state()).masterKeys).toMatchObject([
    { state: 'old', wraps: 0 },
    { state: 'current', wraps: 1_200 + stored.length },
  ]);
});

test('a rotation that was interrupted between batches resumes with the same key', async () => {
  const service = await openService();
  const secret = await service.store('secret');
  await addOrganisations(service, 1_199);
  // The 700th key is unreadable for a while: the first batch is committed, the second one fails.
  const [victim] = await service.sql<{ org_id: string; wrapped: Buffer }>(
    'select org_id, wrapped from data_keys order by org_id offset 699 limit 1',
  );
  const write = (wrapped: Buffer) =>
    service.sql('update data_keys set wrapped = $2 where org_id = $1', [victim?.org_id, wrapped]);
  await write(Buffer.alloc(61, 1));
  await expect(service.rotate()).rejects.toThrow(`The data key of ${victim?.org_id} was changed`);
  expect((await service.state()).masterKeys).toMatchObject([
    { state: 'old', wraps: 700 },
    { state: 'current', wraps: 500 },
  ]);
  expect(await retireMasterKeys(service.tenants)).toEqual([]);
  expect(await service.readAll([secret])).toEqual(['secret']);

  await write(victim?.wrapped as Buffer);
  const refused = async () => Promise.reject(new Error('no other key is wanted'));
  expect(await service.rotate(refused)).toEqual({ current: service.ids()[1], rewrapped: 700, resumed: true });
  expect(await service.readAll([secret], service.ring.slice(1))).toEqual(['secret']);
});

test('a rotation that was interrupted after the key was stored uses that key and creates no other', async () => {
  const service = await openService();
  const secret = await service.store('secret');
  const crash = async (): Promise<string> => {
    await service.addKey();
    throw new Error('the power failed');
  };
  await expect(service.rotate(crash)).rejects.toThrow('the power failed');
  expect((await service.state()).masterKeys).toMatchObject([{ state: 'current' }, { state: 'new', wraps: 0 }]);
  expect(await service.rotate(crash)).toMatchObject({ current: service.ids()[1], rewrapped: 1 });
  expect(service.ring).toHaveLength(2);
  expect(await service.readAll([secret], service.ring.slice(1))).toEqual(['secret']);
});

test('a key that was not stored is never used', async () => {
  const service = await openService();
  const secret = await service.store('secret');
  const notStored = async () => masterKeyId(makeMasterKey());
  await expect(service.rotate(notStored)).rejects.toThrow('is not in the ring: it was not stored');
  expect((await service.state()).masterKeys).toMatchObject([{ state: 'current', wraps: 1 }]);
  expect(await service.readAll([secret])).toEqual(['secret']);
});

test('shredded organisations stay shredded', async () => {
  const service = await openService();
  const gone = await service.store('gone');
  await service.tenants.run(gone.place.orgId, (tx) => service.openVault().shred(tx, gone.place.orgId));
  expect(await service.rotate()).toMatchObject({ rewrapped: 0 });
  await expect(service.readAll([gone])).rejects.toThrow('were shredded');
  expect(await service.state()).toMatchObject({ shredded: 1 });
});

test('only master keys that wrap nothing and are not current are retired', async () => {
  const service = await openService();
  expect(await retireMasterKeys(service.tenants)).toEqual([]);
  await service.rotate();
  await service.rotate();
  const [first, second, third] = service.ids();
  expect((await retireMasterKeys(service.tenants)).sort()).toEqual([first, second].sort());
  expect((await service.state()).masterKeys.at(-1)).toMatchObject({ id: third, state: 'current' });
});
