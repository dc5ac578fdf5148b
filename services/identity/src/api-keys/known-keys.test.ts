import { createHash } from 'node:crypto';
import { createApiKey, verifyKey } from '@tidegate/contracts/identity/api-keys';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openIdentity } from '../../test/fixture.ts';
import { KnownKeys } from './known-keys.ts';

let identity: Fixture;
let reads = 0;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 1, api_keys: 10 } });
  const { tenants } = identity;
  const reader = tenants.reader.bind(tenants);
  tenants.reader = (visibility) => {
    reads += 1;
    return reader(visibility);
  };
});
afterAll(() => identity.close());

const GATEWAY: Caller = { kind: 'service', service: 'gateway', scopes: [] };
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const verify = (keyHash: string) => identity.call(verifyKey, { keyHash }, GATEWAY);
const newKey = async () => {
  const { caller } = await identity.newUser();
  return hashOf((await identity.call(createApiKey, { name: 'k', scopes: ['bots:read'] }, caller)).key);
};

test('a hundred made-up keys at once cost a read or two in all', async () => {
  // The transaction that every operation opens is no read.
  reads = 0;
  await verify(hashOf('made up')).catch(() => undefined);
  const perCall = reads - 1;
  reads = 0;
  const answers = await Promise.allSettled(Array.from({ length: 100 }, () => verify(hashOf(newId()))));
  for (const one of answers) expect(one).toMatchObject({ reason: { code: 'not_found' } });
  expect(reads - 100 * perCall).toBeLessThanOrEqual(2);
});

test('a key that another replica has just created is known at once, as are those from before the start', async () => {
  const elsewhere = new KnownKeys(identity.tenants);
  const before = await newKey();
  await elsewhere.onApplicationBootstrap();
  const after = await newKey();
  expect([await elsewhere.mayExist(before), await elsewhere.mayExist(after)]).toEqual([true, true]);
  expect(await elsewhere.mayExist(hashOf('made up'))).toBe(false);
  // Two that are created during a read are both in the next one.
  const [one, other] = await Promise.all([newKey(), newKey()]);
  expect(await Promise.all([elsewhere.mayExist(one), elsewhere.mayExist(other)])).toEqual([true, true]);
  expect((await verify(after)).scopes).toEqual(['bots:read']);
});

test('a clock that was set back hides no new key', async () => {
  const elsewhere = new KnownKeys(identity.tenants);
  await newKey();
  await elsewhere.onApplicationBootstrap();
  const made = await newKey();
  // Its clock had gone back before it was made.
  await identity.tenants.system('retention', (tx) =>
    tx.query("update api_keys set created_at = created_at - interval '1 hour' where key_hash = $1", [made]),
  );
  expect(await elsewhere.mayExist(made)).toBe(true);
});
