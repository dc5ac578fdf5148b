import { addDomain, proveDomain, removeDomain } from '@tidegate/contracts/identity/domains';
import { findMailSender, getMailSender, setMailSender } from '@tidegate/contracts/identity/mail-senders';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { FakeDnsServer } from '@tidegate/testing/fakes/dns-server';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

let dns: FakeDnsServer;
let identity: Fixture;
beforeAll(async () => {
  dns = await FakeDnsServer.start();
  identity = await openIdentity({ dns: dns.address });
});

const NOTIFIER: Caller = { kind: 'service', service: 'notifier', scopes: [] };
const NONE = { name: null, address: null, replyTo: null };
let version = 1;
async function allow(orgId: string, value: boolean): Promise<void> {
  version += 1;
  const snapshot = entitlementsOf({ orgId, version, features: { white_label: { kind: 'boolean', value } } });
  await identity.tenants.run(orgId, (tx) => identity.app.get(Entitlements).store(tx, snapshot));
}
async function ownerOf(name: string) {
  const owner = await identity.newUser();
  await allow(owner.orgId, true);
  const domain = await identity.call(addDomain, { domain: name }, owner.caller);
  dns.texts.set(domain.record.name, [domain.record.value]);
  await identity.call(proveDomain, { domainId: domain.id }, owner.caller);
  return { ...owner, domain };
}
const sentFrom = (organisationId: string) => identity.call(findMailSender, { organisationId }, NOTIFIER);

test('mails come from an address of a domain that is proven, for as long as it is and the plan includes it', async () => {
  const owner = await ownerOf('acme.example');
  const set = { name: 'Acme', address: 'alerts@mail.acme.example', replyTo: 'help@elsewhere.example' };
  expect(await sentFrom(owner.orgId)).toEqual(NONE);
  expect(await identity.call(setMailSender, set, owner.caller)).toEqual(set);
  expect(await sentFrom(owner.orgId)).toEqual(set);
  await allow(owner.orgId, false);
  expect(await sentFrom(owner.orgId)).toEqual(NONE);
  await expect(identity.call(setMailSender, {}, owner.caller)).rejects.toMatchObject({ code: 'feature_not_included' });
  await allow(owner.orgId, true);
  await identity.call(removeDomain, { domainId: owner.domain.id }, owner.caller);
  expect(await sentFrom(owner.orgId)).toEqual({ ...set, address: null });
  expect(await identity.call(getMailSender, {}, owner.caller)).toEqual(set);
});

test('an address of somebody else’s domain, or of one that only sounds like it, is refused', async () => {
  await ownerOf('bank.example');
  const owner = await ownerOf('evil.example');
  for (const address of ['ceo@bank.example', 'ceo@notevil.example', 'ceo@evil.example.com', 'ceo@example']) {
    const asked = identity.call(setMailSender, { address }, owner.caller);
    await expect(asked, address).rejects.toMatchObject({ code: 'validation_failed' });
  }
  for (const address of ['a b@evil.example', 'a@evil.example\r\nBcc: x@y.example', 'a@evil.example, b@bank.example'])
    await expect(identity.call(setMailSender, { address }, owner.caller), address).rejects.toMatchObject({
      code: 'validation_failed',
    });
  expect(await sentFrom(owner.orgId)).toEqual(NONE);
});
