import { acceptInvitation, changeRole, invite } from '@tidegate/contracts/identity/members';
import { me } from '@tidegate/contracts/identity/profile';
import { setTheme } from '@tidegate/contracts/identity/themes';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

/* One answer from which a program begins: who somebody is, and what stands around a page where they are. */
let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 20 } });
});
afterAll(() => identity.close());

const NO_THEME = { name: null, accent: null, logo: null };
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const logoOf = (bytes: number) => `data:image/png;base64,${Buffer.concat([PNG], bytes).toString('base64')}`;

let version = 1;
async function allow(orgId: string, value: boolean): Promise<void> {
  version += 1;
  const features = { seats: { kind: 'counted', limit: 20 }, white_label: { kind: 'boolean', value } } as const;
  const snapshot = entitlementsOf({ orgId, version, features });
  await identity.tenants.run(orgId, (tx) => identity.app.get(Entitlements).store(tx, snapshot));
}

test('it says where the request acts, its theme and what it may do, from what identity has itself', async () => {
  const { caller, orgId, userId } = await identity.newUser();
  const before = Date.now();
  // Billing has said nothing of this organisation yet: nobody is asked, and nothing is waited for.
  const first = await identity.call(me, {}, caller);
  expect(first).toMatchObject({
    user: { id: userId },
    organisationId: orgId,
    organisation: { id: orgId, role: 'owner', demo: false, theme: NO_THEME, entitlements: null },
    installation: { name: 'Tidegate', confined: false },
  });
  expect(Date.parse(first.serverTime)).toBeGreaterThanOrEqual(before);
  await allow(orgId, true);
  const own = { name: 'Acme', accent: '#0a7d33', logo: logoOf(1_000) };
  await identity.call(setTheme, own, caller);
  const { organisation } = await identity.call(me, {}, { ...caller, confined: true });
  expect(organisation).toMatchObject({ theme: own, entitlements: { version, features: { white_label: {} } } });
  expect(Object.keys(organisation?.entitlements ?? {}).sort()).toEqual(['features', 'plans', 'version']);
  await allow(orgId, false);
  expect((await identity.call(me, {}, caller)).organisation?.theme).toEqual(NO_THEME);
});

test('a logo that is large is not sent with every page: the theme is asked for by itself', async () => {
  const { caller, orgId } = await identity.newUser();
  await allow(orgId, true);
  await identity.call(setTheme, { name: 'Acme', logo: logoOf(20_000) }, caller);
  expect((await identity.call(me, {}, caller)).organisation).toMatchObject({ id: orgId, theme: null });
});

test('in another organisation it is the role there, for a key its own scopes, and nowhere nothing', async () => {
  const owner = await identity.newUser();
  const guest = await identity.newUser();
  await allow(owner.orgId, false);
  const { token } = await identity.call(invite, { email: guest.email, role: 'viewer' }, owner.caller);
  await identity.call(acceptInvitation, { token }, guest.caller);
  await identity.call(changeRole, { userId: guest.userId, role: 'editor' }, owner.caller);
  const there = await identity.call(me, {}, { ...guest.caller, orgId: owner.orgId });
  expect(there).toMatchObject({
    organisationId: owner.orgId,
    organisation: { id: owner.orgId, role: 'editor', entitlements: { features: {} } },
  });
  const key = { kind: 'api_key', keyId: 'k', orgId: owner.orgId, userId: owner.userId, scopes: ['bots:read'] } as const;
  expect(await identity.call(me, {}, key)).toMatchObject({
    organisations: [],
    organisation: { id: owner.orgId, role: null, entitlements: null },
  });
  const { orgId: _, role: __, ...nowhere } = guest.caller;
  expect(await identity.call(me, {}, nowhere)).toMatchObject({ organisationId: null, organisation: null });
  expect((await identity.call(me, {}, { ...guest.caller, orgId: newId() })).organisation).toBeNull();
});

test('however many organisations somebody is in, it is one answer with the role in this one', async () => {
  const ada = await identity.newUser();
  const others = Array.from({ length: 201 }, () => newId());
  for (const orgId of others)
    await identity.tenants.as({ orgId, userId: ada.userId }, async (tx) => {
      await tx.query('insert into organisations (org_id, name) values ($1, $2)', [orgId, 'One of many']);
      await tx.query("insert into members (org_id, user_id, role) values ($1, $2, 'viewer')", [orgId, ada.userId]);
    });
  const last = others.at(-1) as string;
  const answer = await identity.call(me, {}, { ...ada.caller, orgId: last });
  expect(answer.organisations).toHaveLength(200);
  expect(answer.organisations.map(({ id }) => id)).not.toContain(last);
  expect(answer.organisation).toMatchObject({ id: last, name: 'One of many', role: 'viewer' });
});
