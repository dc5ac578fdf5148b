import { addDomain, proveDomain, removeDomain } from '@tidegate/contracts/identity/domains';
import {
  confirmReplyAddress,
  findMailSender,
  getMailSender,
  resendReplyConfirmation,
  setMailSender,
} from '@tidegate/contracts/identity/mail-senders';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { FakeDnsServer } from '@tidegate/testing/fakes/dns-server';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

let dns: FakeDnsServer;
let identity: Fixture;
beforeAll(async () => {
  dns = await FakeDnsServer.start();
  identity = await openIdentity({ dns: dns.address, mail: true });
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
  const given = { name: 'Acme', address: 'alerts@mail.acme.example', replyTo: owner.email };
  const set = { ...given, replyToState: 'proven' };
  expect(await sentFrom(owner.orgId)).toEqual(NONE);
  expect(await identity.call(setMailSender, given, owner.caller)).toEqual(set);
  expect(await sentFrom(owner.orgId)).toEqual(given);
  await allow(owner.orgId, false);
  expect(await sentFrom(owner.orgId)).toEqual(NONE);
  await expect(identity.call(setMailSender, {}, owner.caller)).rejects.toMatchObject({ code: 'feature_not_included' });
  await allow(owner.orgId, true);
  await identity.call(removeDomain, { domainId: owner.domain.id }, owner.caller);
  expect(await sentFrom(owner.orgId)).toEqual({ ...given, address: null });
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

describe('where answers go', () => {
  const refused = { code: 'token_invalid', status: 404 };
  const tokenOf = async (address: string) => (await identity.mailTo(address, 'reply-address'))?.token as string;
  const outsider = () => `${newId()}@elsewhere.example`;

  test('an address of somebody else gets none before it has agreed, without an account, once', async () => {
    const [owner, replyTo] = [await ownerOf('acme-answers.example'), outsider()];
    expect(await identity.call(setMailSender, { replyTo }, owner.caller)).toMatchObject({ replyToState: 'waiting' });
    expect(await sentFrom(owner.orgId)).toMatchObject({ replyTo: null });
    const mail = await identity.mailTo(replyTo, 'reply-address');
    expect(mail).toMatchObject({ details: { organisation: expect.any(String) } });
    const token = mail?.token as string;
    await expect(identity.call(confirmReplyAddress, { token: `${token}x` })).rejects.toMatchObject(refused);
    expect(await identity.call(confirmReplyAddress, { token })).toMatchObject({ address: replyTo });
    expect(await sentFrom(owner.orgId)).toMatchObject({ replyTo });
    await expect(identity.call(confirmReplyAddress, { token })).rejects.toMatchObject(refused);
    // Said again it stays, and nobody is asked once more.
    await identity.call(setMailSender, { name: 'Acme', replyTo }, owner.caller);
    expect(await sentFrom(owner.orgId)).toMatchObject({ name: 'Acme', replyTo });
    await expect(identity.call(resendReplyConfirmation, {}, owner.caller)).rejects.toMatchObject({ status: 409 });
  });

  test('a token is worth nothing once another address was chosen, or another mail was sent', async () => {
    const owner = await ownerOf('moving-answers.example');
    const [first, second] = [outsider(), outsider()];
    await identity.call(setMailSender, { replyTo: first }, owner.caller);
    const old = await tokenOf(first);
    await identity.call(resendReplyConfirmation, {}, owner.caller);
    const newer = await tokenOf(first);
    await expect(identity.call(confirmReplyAddress, { token: old })).rejects.toMatchObject(refused);
    await identity.call(setMailSender, { replyTo: second }, owner.caller);
    await expect(identity.call(confirmReplyAddress, { token: newer })).rejects.toMatchObject(refused);
    expect(await sentFrom(owner.orgId)).toMatchObject({ replyTo: null });
    await identity.call(confirmReplyAddress, { token: await tokenOf(second) });
    expect(await sentFrom(owner.orgId)).toMatchObject({ replyTo: second });
  });

  test('an address of a proven domain needs no mail for as long as the domain is proven', async () => {
    const owner = await ownerOf('own-answers.example');
    const replyTo = 'desk@own-answers.example';
    expect(await identity.call(setMailSender, { replyTo }, owner.caller)).toMatchObject({ replyToState: 'proven' });
    expect(await sentFrom(owner.orgId)).toMatchObject({ replyTo });
    await identity.call(removeDomain, { domainId: owner.domain.id }, owner.caller);
    expect(await sentFrom(owner.orgId)).toMatchObject({ replyTo: null });
    expect(await identity.call(resendReplyConfirmation, {}, owner.caller)).toMatchObject({ replyToState: 'waiting' });
    await identity.call(confirmReplyAddress, { token: await tokenOf(replyTo) });
    expect(await sentFrom(owner.orgId)).toMatchObject({ replyTo });
  });

  test('nobody’s mailbox is filled by being chosen again and again', async () => {
    const [owner, replyTo] = [await ownerOf('loud-answers.example'), outsider()];
    await identity.call(setMailSender, { replyTo }, owner.caller);
    const again = () => identity.call(resendReplyConfirmation, {}, owner.caller);
    for (let mail = 2; mail <= 5; mail += 1) await again();
    await expect(again()).rejects.toMatchObject({ code: 'rate_limited' });
  });
});
