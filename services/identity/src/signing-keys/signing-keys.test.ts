import { getJwks } from '@tidegate/contracts/identity/tokens';
import { decodeProtectedHeader } from 'jose';
import { type Fixture, openIdentity } from '../../test/fixture.ts';
import { SigningKeys } from './signing-keys.ts';

let identity: Fixture;
beforeEach(async () => {
  identity = await openIdentity();
});
afterEach(() => identity.close());

const published = async () => (await identity.call(getJwks, {})).keys;
const turn = () => identity.app.get(SigningKeys).turn();
const signerOf = async () => decodeProtectedHeader((await identity.newUser()).session.accessToken).kid;
const age = (days: number) =>
  identity.tenants.as({}, (tx) =>
    tx.query('update signing_keys set created_at = created_at - make_interval(hours => $1)', [days * 24]),
  );

test('published keys verify and cannot sign; stored keys are sealed', async () => {
  const [key] = await published();
  expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
  expect(key).not.toHaveProperty('d');
  const rows = await identity.tenants.as({}, (tx) => tx.query('select * from signing_keys'));
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain('"d"');
});

test('replicas that start at once share one key', async () => {
  await identity.tenants.as({}, (tx) => tx.query('delete from signing_keys'));
  await Promise.all(Array.from({ length: 8 }, () => turn()));
  expect(await published()).toHaveLength(1);
});

test('a new key is published an hour before it signs, and the old one until its tokens have expired', async () => {
  const first = await signerOf();
  await age(31);
  await turn();
  expect(await published()).toHaveLength(2);
  expect(await signerOf()).toBe(first);

  await age(0.5);
  await turn();
  const second = await signerOf();
  expect(second).not.toBe(first);
  expect((await published()).map((key) => key['kid']).sort()).toEqual([first, second].sort());

  await age(30);
  await turn();
  expect((await published()).map((key) => key['kid'])).not.toContain(first);
  expect(await signerOf()).toBe(second);
});
