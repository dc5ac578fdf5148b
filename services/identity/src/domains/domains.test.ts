import {
  addDomain,
  askDomain,
  type Domain,
  findDomain,
  listDomains,
  MOST_DOMAINS,
  proveDomain,
  removeDomain,
} from '@tidegate/contracts/identity/domains';
import { createOrganisation } from '@tidegate/contracts/identity/organisations';
import { me } from '@tidegate/contracts/identity/profile';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { FakeDnsServer } from '@tidegate/testing/fakes/dns-server';
import { type Fixture, openIdentity } from '../../test/fixture.ts';
import { CheckDomains } from './check-domains.loop.ts';
import { plainDomain } from './domain.rules.ts';

let dns: FakeDnsServer;
let identity: Fixture;
beforeAll(async () => {
  dns = await FakeDnsServer.start();
  identity = await openIdentity({ dns: dns.address });
});
beforeEach(() => {
  dns.fault = undefined;
  dns.texts.clear();
});

const GATEWAY: Caller = { kind: 'service', service: 'gateway', scopes: [] };
let version = 1;
async function allow(orgId: string, value: boolean): Promise<void> {
  version += 1;
  const snapshot = entitlementsOf({ orgId, version, features: { white_label: { kind: 'boolean', value } } });
  await identity.tenants.run(orgId, (tx) => identity.app.get(Entitlements).store(tx, snapshot));
}
async function newOwner() {
  const owner = await identity.newUser();
  await allow(owner.orgId, true);
  return owner;
}
type Owner = Awaited<ReturnType<typeof newOwner>>;

let names = 0;
function newName(): string {
  names += 1;
  return `app${names}.acme.example`;
}
const add = ({ caller }: { caller: Caller }, name: string): Promise<Domain> =>
  identity.call(addDomain, { domain: name }, caller);
const prove = ({ caller }: Owner, { id }: Domain) => identity.call(proveDomain, { domainId: id }, caller);
const publish = (...domains: Domain[]) => {
  for (const { record } of domains) dns.texts.set(record.name, [...(dns.texts.get(record.name) ?? []), record.value]);
};
const whose = async (name: string) =>
  (await identity.call(findDomain, { name }, GATEWAY).catch(() => ({ organisationId: undefined }))).organisationId;

async function proven(owner: Owner, name = newName()): Promise<Domain> {
  const domain = await add(owner, name);
  publish(domain);
  return prove(owner, domain);
}

test('a domain is the organisation’s once its record is found, and until it is given back', async () => {
  const owner = await newOwner();
  const name = newName();
  const domain = await add(owner, name.toUpperCase());
  expect(domain).toMatchObject({ name, state: 'waiting', pointsTo: 'tidegate.test', provenAt: null });
  expect(await add(owner, name)).toEqual(domain);
  expect(await whose(name)).toBeUndefined();
  dns.texts.set(domain.record.name, ['v=spf1 -all']);
  await expect(prove(owner, domain)).rejects.toMatchObject({
    code: 'domain_unproven',
    data: { record: `_tidegate.${name}`, found: ['v=spf1 -all'] },
  });
  publish(domain);
  expect(await prove(owner, domain)).toMatchObject({ state: 'proven', provenAt: expect.any(String) });
  expect(await whose(name)).toBe(owner.orgId);
  expect(await identity.call(askDomain, { domain: `${name.toUpperCase()}.` })).toEqual({ domain: name });
  expect((await identity.call(listDomains, {}, owner.caller)).items).toMatchObject([{ name, state: 'proven' }]);
  await identity.call(removeDomain, { domainId: domain.id }, owner.caller);
  expect(await whose(name)).toBeUndefined();
  await expect(identity.call(askDomain, { domain: name })).rejects.toMatchObject({ code: 'not_found' });
});

test('two organisations cannot have one domain: its records say whose it is', async () => {
  const [ada, eve] = [await newOwner(), await newOwner()];
  const name = newName();
  const [hers, eves] = [await add(ada, name), await add(eve, name)];
  publish(hers);
  await prove(ada, hers);
  // Waiting for it takes nothing from anybody, and the record of one is not the other's.
  await expect(prove(eve, eves)).rejects.toMatchObject({ code: 'domain_unproven' });
  publish(eves);
  await expect(prove(eve, eves)).rejects.toMatchObject({ code: 'domain_taken' });
  expect(await whose(name)).toBe(ada.orgId);
  // Sold: the new owner's record has replaced the old one.
  dns.texts.set(eves.record.name, [eves.record.value]);
  await prove(eve, eves);
  expect(await whose(name)).toBe(eve.orgId);
  expect((await identity.call(listDomains, {}, ada.caller)).items).toMatchObject([{ name, state: 'waiting' }]);
});

test('of two that prove one domain at the same moment one gets it', async () => {
  const owners = [await newOwner(), await newOwner(), await newOwner()];
  const name = newName();
  const domains = await Promise.all(owners.map((owner) => add(owner, name)));
  publish(...domains);
  const results = await Promise.allSettled(owners.map((owner, at) => prove(owner, domains[at] as Domain)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const one of results) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'domain_taken' });
});

test('a domain ends with the plan that includes it and returns with it', async () => {
  const owner = await newOwner();
  const { name } = await proven(owner);
  await allow(owner.orgId, false);
  expect(await whose(name)).toBeUndefined();
  await expect(add(owner, newName())).rejects.toMatchObject({ code: 'feature_not_included' });
  await allow(owner.orgId, true);
  expect(await whose(name)).toBe(owner.orgId);
});

test('only an owner who is logged in proves domains: whoever controls one can read what is typed under it', async () => {
  const owner = await newOwner();
  const domain = await add(owner, newName());
  publish(domain);
  const admin = await identity.newUser();
  await identity.tenants.run(owner.orgId, (tx) =>
    tx.query("insert into members (org_id, user_id, role) values ($1, $2, 'admin')", [owner.orgId, admin.userId]),
  );
  const asAdmin: Caller = { ...admin.caller, orgId: owner.orgId, role: 'admin' };
  const byKey: Caller = {
    kind: 'api_key',
    keyId: 'k',
    orgId: owner.orgId,
    userId: owner.userId,
    scopes: ['org:admin'],
  };
  for (const caller of [asAdmin, byKey]) {
    await expect(add({ caller }, newName())).rejects.toMatchObject({ code: 'owners_only' });
    await expect(prove({ ...owner, caller }, domain)).rejects.toMatchObject({ code: 'owners_only' });
  }
  const eve = await newOwner();
  await expect(prove(eve, domain)).rejects.toMatchObject({ code: 'not_found' });
  await expect(identity.call(removeDomain, { domainId: domain.id }, eve.caller)).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('name servers that do not answer prove nothing and take nothing', async () => {
  const owner = await newOwner();
  const { name } = await proven(owner);
  const waiting = await add(owner, newName());
  await checkAsIfDaysLater(1);
  for (const fault of ['fails', 'garbage'] as const) {
    dns.fault = fault;
    await expect(prove(owner, waiting)).rejects.toMatchObject({ code: 'domain_unanswered', status: 503 });
    await checkAsIfDaysLater(10);
  }
  expect(await whose(name)).toBe(owner.orgId);
  expect((await identity.call(listDomains, {}, owner.caller)).items[0]).toMatchObject({ state: 'proven' });
});

test('a domain whose record has gone is lost after three days, and one whose record comes back is not', async () => {
  const owner = await newOwner();
  const { name } = await proven(owner);
  const back = await proven(owner);
  dns.texts.clear();
  await checkAsIfDaysLater(1);
  const states = async () =>
    (await identity.call(listDomains, {}, owner.caller)).items.map(({ name, state }) => [name, state]);
  expect(await states()).toEqual([
    [name, 'missing'],
    [back.name, 'missing'],
  ]);
  expect(await whose(name)).toBe(owner.orgId);
  publish(back);
  await checkAsIfDaysLater(4);
  expect(await states()).toEqual([
    [name, 'waiting'],
    [back.name, 'proven'],
  ]);
  expect(await whose(name)).toBeUndefined();
});

test('whoever comes by a domain is shown its organisation and no other one of the person', async () => {
  const owner = await newOwner();
  await identity.call(createOrganisation, { name: 'Another' }, owner.caller);
  const organisations = async (caller: Caller) =>
    (await identity.call(me, {}, caller)).organisations.map(({ id }) => id);
  expect(await organisations(owner.caller)).toHaveLength(2);
  expect(await organisations({ ...owner.caller, confined: true })).toEqual([owner.orgId]);
});

test('names that are no host names, are reserved or ours are refused at their field', async () => {
  const owner = await newOwner();
  const refused = {
    localhost: 'invalid_domain',
    '127.0.0.1': 'invalid_domain',
    '[::1]': 'invalid_domain',
    'a..example.com': 'invalid_domain',
    '-a.example.com': 'invalid_domain',
    '*.example.com': 'invalid_domain',
    'example.com:443': 'invalid_domain',
    'example.com/path': 'invalid_domain',
    'user@example.com': 'invalid_domain',
    'exa\u0000mple.com': 'invalid_domain',
    'a.123': 'invalid_domain',
    [`${'a'.repeat(64)}.example.com`]: 'invalid_domain',
    'db.internal': 'reserved_domain',
    'TIDEGATE.test.': 'own_domain',
  };
  for (const [name, code] of Object.entries(refused)) {
    await expect(add(owner, name), name).rejects.toMatchObject({ data: { errors: [{ field: '/domain', code }] } });
    await expect(identity.call(askDomain, { domain: name })).rejects.toMatchObject({ status: 404 });
  }
  expect(plainDomain('Bücher.example.com')).toBe('xn--bcher-kva.example.com');
});

test('an organisation has a bounded number of domains', async () => {
  const owner = await newOwner();
  for (let n = 0; n < MOST_DOMAINS; n += 1) await add(owner, newName());
  await expect(add(owner, newName())).rejects.toMatchObject({ code: 'conflict' });
  expect((await identity.call(listDomains, { limit: 200 }, owner.caller)).items).toHaveLength(MOST_DOMAINS);
  await expect(prove(owner, { id: newId() } as Domain)).rejects.toMatchObject({ code: 'not_found' });
});

/** Everything that was noted is older by so many days; then the loop runs. */
async function checkAsIfDaysLater(days: number): Promise<void> {
  await identity.tenants.system('domains', (tx) =>
    tx.query(
      `update organisation_domains set checked_at = checked_at - make_interval(days => $1, mins => 1),
              missing_since = missing_since - make_interval(days => $1)`,
      [days],
    ),
  );
  await identity.app.get(CheckDomains).turn({ signal: new AbortController().signal });
}
