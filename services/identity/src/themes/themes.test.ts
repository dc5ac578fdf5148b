import { getTheme, LOGO_BYTES, setTheme } from '@tidegate/contracts/identity/themes';
import { ANONYMOUS } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { type Fixture, openIdentity } from '../../test/fixture.ts';
import { faultOfLogo } from './logo.rules.ts';

const PNG = `data:image/png;base64,${Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64')}`;
const OWN = { name: 'Acme', accent: '#0a7d33', logo: PNG };
const NONE = { name: null, accent: null, logo: null };

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

let version = 1;
async function allow(orgId: string, value: boolean): Promise<void> {
  version += 1;
  const snapshot = entitlementsOf({ orgId, version, features: { white_label: { kind: 'boolean', value } } });
  await identity.tenants.run(orgId, (tx) => identity.app.get(Entitlements).store(tx, snapshot));
}
const seen = (organisationId: string) => identity.call(getTheme, { organisationId }, ANONYMOUS);

test('everybody sees the theme of an organisation whose plan has it, and keeps it while another plan hides it', async () => {
  const owner = await identity.newUser();
  await allow(owner.orgId, true);
  expect(await identity.call(setTheme, { ...OWN, accent: '#0A7D33' }, owner.caller)).toEqual(OWN);
  expect(await seen(owner.orgId)).toEqual(OWN);
  await allow(owner.orgId, false);
  expect(await seen(owner.orgId)).toEqual(NONE);
  await expect(identity.call(setTheme, {}, owner.caller)).rejects.toMatchObject({ code: 'feature_not_included' });
  await allow(owner.orgId, true);
  expect(await seen(owner.orgId)).toEqual(OWN);
  await identity.call(setTheme, {}, owner.caller);
  expect(await seen(owner.orgId)).toEqual(NONE);
});

test('an organisation without a theme looks like one that there is not', async () => {
  expect(await seen((await identity.newUser()).orgId)).toEqual(await seen(newId()));
});

test('a logo is a picture of at most 64 KiB, whatever it says that it is', async () => {
  const data = (kind: string, bytes: Buffer) => `data:image/${kind};base64,${bytes.toString('base64')}`;
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(LOGO_BYTES - 8)]);
  expect(faultOfLogo(data('png', png))).toBeUndefined();
  expect(faultOfLogo(data('jpeg', Buffer.from('ffd8ffe0', 'hex')))).toBeUndefined();
  expect(faultOfLogo(data('webp', Buffer.from('RIFF\0\0\0\0WEBPVP8 ')))).toBeUndefined();
  const refused = [
    data('png', Buffer.concat([png, Buffer.alloc(1)])),
    data('jpeg', png),
    data('svg+xml', Buffer.from('<svg onload="alert(1)"/>')),
    data('png', Buffer.from('<svg onload="alert(1)"/>')),
    'https://elsewhere.example/logo.png',
    'data:image/png;base64,',
  ];
  for (const one of refused)
    expect({ one: one.slice(0, 40), fault: faultOfLogo(one) }).toEqual({
      one: one.slice(0, 40),
      fault: expect.objectContaining({ code: 'not_a_picture' }),
    });
  const owner = await identity.newUser();
  await allow(owner.orgId, true);
  await expect(identity.call(setTheme, { ...OWN, logo: refused[3] as string }, owner.caller)).rejects.toMatchObject({
    data: { errors: [{ field: '/logo', code: 'not_a_picture' }] },
  });
});
