import { newId } from '@tidegate/database/ids';
import { evenWhileHeld } from '@tidegate/database/one-connection';
import type { Tx } from '@tidegate/database/tx';
import { makeMasterKey, openSchema, placeOf, type Schema } from '../test/schemas.ts';
import { masterKeyId } from './master-keys.ts';
import { INSTALLATION, type SecretPlace, Vault } from './vault.ts';

const masterKey = makeMasterKey();
let schema: Schema;
beforeAll(async () => {
  schema = await openSchema();
  await openVault().prepare(schema.tenants);
});

/** As another replica: nothing in its memory. */
const openVault = () => new Vault(() => [masterKey]);
const seal = (vault: Vault, place: SecretPlace, text = 'secret') =>
  schema.tenants.run(place.orgId, (tx) => vault.seal(tx, place, text));
const open = (vault: Vault, place: SecretPlace, sealed: string) =>
  schema.tenants.read(place.orgId, (tx) => vault.open(tx, place, sealed));
const keysOf = (orgId: string) => schema.sql('select * from data_keys where org_id = $1', [orgId]);

describe('the first secret of an organisation', () => {
  test('creates its key once, however many start at once', async () => {
    const orgId = newId();
    const places = Array.from({ length: 20 }, () => placeOf(orgId));
    const vaults = [openVault(), openVault()];
    const sealed = await Promise.all(
      places.map((place, index) => seal(vaults[index % 2] as Vault, place, `s${index}`)),
    );
    expect(await keysOf(orgId)).toHaveLength(1);
    const reader = openVault();
    const texts = await Promise.all(places.map((place, index) => open(reader, place, sealed[index] as string)));
    expect(texts).toEqual(places.map((_, index) => `s${index}`));
  });

  test('is read by another replica, and its key is another than that of other organisations', async () => {
    const [place, other] = [placeOf(newId()), placeOf(newId())];
    const [sealed] = await Promise.all([seal(openVault(), place), seal(openVault(), other)]);
    expect(await open(openVault(), place, sealed)).toBe('secret');
    await expect(open(openVault(), { ...place, orgId: other.orgId }, sealed)).rejects.toThrow('belongs elsewhere');
  });

  test('that is rolled back leaves no key, neither in the table nor in the cache', async () => {
    const vault = openVault();
    const place = placeOf(newId());
    let lost = '';
    const failing = schema.tenants.run(place.orgId, async (tx) => {
      lost = await vault.seal(tx, place, 'secret');
      expect(await vault.open(tx, place, lost)).toBe('secret');
      throw new Error('the rest of the work failed');
    });
    await expect(failing).rejects.toThrow('the rest of the work failed');
    expect(await keysOf(place.orgId)).toEqual([]);
    await expect(open(vault, place, lost)).rejects.toThrow(`Organisation ${place.orgId} has no data key`);

    const sealed = await seal(vault, place);
    expect(await open(openVault(), place, sealed)).toBe('secret');
    await expect(open(vault, place, lost)).rejects.toThrow('belongs elsewhere');
  });

  test('waits for a key that is being created, and creates its own when that is rolled back', async () => {
    const [first, second] = [openVault(), openVault()];
    const place = placeOf(newId());
    let waiting: Promise<string> | undefined;
    const failing = schema.tenants.run(place.orgId, async (tx) => {
      await first.seal(tx, place, 'lost');
      waiting = evenWhileHeld('another replica', () => seal(second, place, 'kept'));
      throw new Error('the rest of the work failed');
    });
    await expect(failing).rejects.toThrow('the rest');
    expect(await open(first, place, (await waiting) as string)).toBe('kept');
  });

  test('cannot be sealed in a transaction of another organisation', async () => {
    const place = placeOf(newId());
    const foreign = schema.tenants.run(newId(), (tx) => openVault().seal(tx, place, 'secret'));
    await expect(foreign).rejects.toThrow('row-level security');
  });
});

describe('row-level security', () => {
  test('shows an organisation its own key and the installation’s, and no other', async () => {
    const [mine, theirs] = [placeOf(newId()), placeOf(newId())];
    const sealed = await seal(openVault(), theirs);
    await seal(openVault(), mine);
    await seal(openVault(), { ...mine, orgId: INSTALLATION });
    const visible = await schema.tenants.run(mine.orgId, (tx) => tx.query('select org_id from data_keys order by 1'));
    expect(visible).toEqual([{ org_id: INSTALLATION }, { org_id: mine.orgId }]);
    const foreign = schema.tenants.run(mine.orgId, (tx) => openVault().open(tx, theirs, sealed));
    await expect(foreign).rejects.toThrow(`Organisation ${theirs.orgId} has no data key`);
  });

  test('lets anybody use the key of the installation', async () => {
    const place = { ...placeOf(INSTALLATION), table: 'signing_keys' };
    const sealed = await schema.tenants.as({}, (tx) => openVault().seal(tx, place, 'jwk'));
    expect(await schema.tenants.run(newId(), (tx) => openVault().open(tx, place, sealed))).toBe('jwk');
  });
});

describe('shredding', () => {
  const shred = (vault: Vault, orgId: string) => schema.tenants.run(orgId, (tx) => vault.shred(tx, orgId));

  test('destroys the key: no replica opens or seals anything any more', async () => {
    const vault = openVault();
    const place = placeOf(newId());
    const sealed = await seal(vault, place);
    await shred(vault, place.orgId);
    for (const one of [vault, openVault()]) {
      await expect(open(one, place, sealed)).rejects.toThrow(`secrets of organisation ${place.orgId} were shredded`);
      await expect(seal(one, place)).rejects.toThrow('were shredded');
    }
    expect(await keysOf(place.orgId)).toMatchObject([{ wrapped: null, master_key_id: null }]);
  });

  test('holds within its own transaction', async () => {
    const vault = openVault();
    const place = placeOf(newId());
    const sealed = await seal(vault, place);
    const both = (then: (tx: Tx) => Promise<unknown>) =>
      schema.tenants.run(place.orgId, async (tx) => {
        await vault.shred(tx, place.orgId);
        await then(tx);
      });
    await expect(both((tx) => vault.open(tx, place, sealed))).rejects.toThrow('were shredded');
    await expect(both((tx) => vault.seal(tx, place, 'more'))).rejects.toThrow('were shredded');
  });

  test('that is rolled back has not happened', async () => {
    const vault = openVault();
    const place = placeOf(newId());
    const sealed = await seal(vault, place);
    const failing = schema.tenants.run(place.orgId, async (tx) => {
      await vault.shred(tx, place.orgId);
      throw new Error('the rest of the work failed');
    });
    await expect(failing).rejects.toThrow('the rest');
    for (const one of [vault, openVault()]) expect(await open(one, place, sealed)).toBe('secret');
  });

  test('is not undone by a transaction that read the key before and ends after', async () => {
    const vault = openVault();
    const place = placeOf(newId());
    const sealed = await seal(openVault(), place);
    await schema.tenants.run(place.orgId, async (tx) => {
      expect(await vault.open(tx, place, sealed)).toBe('secret');
      await evenWhileHeld('another request', () => shred(vault, place.orgId));
    });
    await expect(open(vault, place, sealed)).rejects.toThrow('were shredded');
  });

  test('of an organisation without secrets prevents it from ever having one; it may be repeated', async () => {
    const place = placeOf(newId());
    await shred(openVault(), place.orgId);
    const [before] = await keysOf(place.orgId);
    await shred(openVault(), place.orgId);
    expect(await keysOf(place.orgId)).toEqual([before]);
    await expect(seal(openVault(), place)).rejects.toThrow('were shredded');
  });

  test('reaches a replica that has the key cached once its entry expires', async () => {
    const place = placeOf(newId());
    const forgetful = new Vault(() => [masterKey], { cacheMs: 0 });
    const sealed = await seal(forgetful, place);
    await shred(openVault(), place.orgId);
    await expect(open(forgetful, place, sealed)).rejects.toThrow('were shredded');
  });

  test('leaves other organisations alone, and refuses the installation', async () => {
    const place = placeOf(newId());
    const sealed = await seal(openVault(), place);
    await shred(openVault(), newId());
    expect(await open(openVault(), place, sealed)).toBe('secret');
    await expect(shred(openVault(), INSTALLATION)).rejects.toThrow('is not shredded');
  });
});

test('the cache is bounded: the organisation that was cached first is read from the table again', async () => {
  const small = new Vault(() => [masterKey], { cacheSize: 2 });
  const places = [1, 2, 3].map(() => placeOf(newId()));
  const sealed: string[] = [];
  for (const place of places) sealed.push(await seal(small, place));
  await schema.sql('delete from data_keys where org_id = any ($1)', [places.map(({ orgId }) => orgId)]);
  const opens = places.map((place, index) => open(small, place, sealed[index] as string));
  expect((await Promise.allSettled(opens)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});

describe('prepare', () => {
  test('stores the first key of a new schema, and accepts any ring that has it', async () => {
    const { tenants, sql } = await openSchema();
    await Promise.all(Array.from({ length: 5 }, () => openVault().prepare(tenants)));
    expect(await sql('select id, is_current from master_keys')).toEqual([
      { id: masterKeyId(masterKey), is_current: true },
    ]);
    await new Vault(() => [makeMasterKey(), masterKey]).prepare(tenants);
    expect(await sql('select id from master_keys')).toHaveLength(1);
  });

  test('refuses another ring, and says what to do', async () => {
    const wrong = makeMasterKey();
    await expect(new Vault(() => [wrong]).prepare(schema.tenants)).rejects.toThrow(
      new RegExp(`master key ${masterKeyId(masterKey)}, which is not among ${masterKeyId(wrong)}.\n  Fix: restore`),
    );
  });
});
