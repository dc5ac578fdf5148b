import { deleteAccount } from '@tidegate/contracts/identity/account-deletion';
import { createApiKey, renameApiKey, revokeApiKey } from '@tidegate/contracts/identity/api-keys';
import { listAudit, noteRefused } from '@tidegate/contracts/identity/audit';
import { acceptInvitation, changeRole, invite, leaveOrganisation } from '@tidegate/contracts/identity/members';
import { createOrganisation, renameOrganisation } from '@tidegate/contracts/identity/organisations';
import { login } from '@tidegate/contracts/identity/sessions';
import { type ActionDone, actionDone } from '@tidegate/contracts/kernel/action-done';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Envelope } from '@tidegate/contracts/kernel/event';
import { newId } from '@tidegate/database/ids';
import type { EventContext } from '@tidegate/messaging/handler';
import { Inbox } from '@tidegate/messaging/inbox';
import { until } from '@tidegate/testing/until';
import { type Fixture, openIdentity, PASSWORD } from '../../test/fixture.ts';
import { DeleteExpired } from '../retention/delete-expired.loop.ts';
import { AUDIT_ORDERS, deleteBeyond, deleteRefusedBeyond, listEntries } from './audit-entry.rows.ts';
import { RecordActions } from './record-actions.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 50, api_keys: 50 } });
});
afterAll(() => identity.close());

const replica = () => {
  const { tenants, outbox } = identity;
  const run = (context: EventContext) => identity.app.get(RecordActions).identity(context as never);
  const handlers = [{ event: actionDone.identity, run }];
  return new Inbox({ consumer: 'identity-from-identity', handlers, tenants, outbox });
};

/** What the relay would have published of an organisation, in order. */
async function envelopes(orgId: string): Promise<Envelope[]> {
  const rows = await identity.tenants.as({}, (tx) =>
    tx.query<{ event_id: string; sequence: string; body: string; created_at: Date }>(
      `select event_id, sequence, body, created_at from outbox where aggregate = $1 order by sequence`,
      [`actions:${orgId}`],
    ),
  );
  return rows.map((row) => ({
    ...{ specversion: '1.0', source: '/tidegate/identity', type: actionDone.identity.type, orgid: orgId },
    ...{ datacontenttype: 'application/json', id: row.event_id, time: row.created_at.toISOString() },
    ...{ subject: `actions:${orgId}`, sequence: Number(row.sequence), data: JSON.parse(row.body) },
  })) as Envelope[];
}

async function record(orgId: string): Promise<void> {
  const inbox = replica();
  for (const envelope of await envelopes(orgId)) await inbox.handle(envelope);
}
const read = async (caller: Caller, filter = {}) =>
  (await identity.call(listAudit, { limit: 200, ...filter }, caller)).items;
const actions = async (orgId: string) => (await envelopes(orgId)).map(({ data }) => (data as ActionDone).action);

test('a change is emitted in its own transaction: refused or rolled back it is not, repeated with its key it is once', async () => {
  const { caller, orgId } = await identity.newUser();
  const before = await actions(orgId);
  await expect(identity.call(createApiKey, { name: 'x', scopes: ['nonsense'] }, caller)).rejects.toBeDefined();
  await expect(identity.call(revokeApiKey, { keyId: '4f0KZ2xq9B' }, caller)).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(
    identity.call(renameOrganisation, { name: 'x' }, { ...caller, scopes: ['org:read'] }),
  ).rejects.toMatchObject({ code: 'forbidden' });
  expect(await actions(orgId)).toEqual(before);
  const key = newId();
  for (let n = 0; n < 3; n += 1) await identity.call(renameOrganisation, { name: 'Renamed' }, caller, key);
  // Without a key it is done again, and changes nothing.
  await identity.call(renameOrganisation, { name: 'Renamed' }, caller);
  expect(await actions(orgId)).toEqual([...before, 'organisations.rename']);
});

test('delivered twice, at once, and by two replicas in any order, each is recorded once and in the order in which it was done', async () => {
  const { caller, orgId } = await identity.newUser();
  for (const name of ['one', 'two', 'three', 'four']) await identity.call(renameOrganisation, { name }, caller);
  const all = await envelopes(orgId);
  expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, at) => at + 1));
  const [one, other] = [replica(), replica()];
  for (let round = 0; round < 2 * all.length; round += 1) {
    await Promise.all(all.toReversed().flatMap((envelope) => [one.handle(envelope), other.handle(envelope)]));
  }
  expect((await read(caller)).map(({ id }) => id)).toEqual(all.map(({ id }) => id).reverse());
  expect((await read(caller, { action: 'organisations.rename' })).map(({ changes }) => changes)).toEqual([
    [{ field: 'name', from: 'three', to: 'four' }],
    [{ field: 'name', from: 'two', to: 'three' }],
    [{ field: 'name', from: 'one', to: 'two' }],
    [{ field: 'name', from: expect.any(String), to: 'one' }],
  ]);
});

test('people and keys have the names of then, also what was deleted; no key, password or token is anywhere', async () => {
  const { caller, orgId, email } = await identity.newUser();
  const { id, key } = await identity.call(createApiKey, { name: 'CI', scopes: ['bots:read'] }, caller);
  await identity.call(renameApiKey, { keyId: id, name: 'CI of\u202e main\u0007' }, caller);
  await identity.call(revokeApiKey, { keyId: id }, caller);
  const { token } = await identity.call(invite, { email: 'guest@example.com', role: 'viewer' }, caller);
  const session = await identity.call(
    login,
    { email, password: PASSWORD },
    { kind: 'anonymous', ip: '192.0.2.1', scopes: [] },
  );
  await record(orgId);
  const entries = await read(caller);
  expect(entries.map(({ action, thing }) => [action, thing.name])).toEqual([
    ['sessions.login', null],
    ['invitations.create', 'guest@example.com'],
    ['keys.revoke', 'CI of main'],
    ['keys.rename', 'CI of main'],
    ['keys.create', 'CI'],
    ['accounts.register', expect.any(String)],
  ]);
  expect(entries[0]?.actor).toMatchObject({ kind: 'person', userId: caller.userId, name: 'Ada', address: '192.0.2.1' });
  expect(entries[3]?.changes).toEqual([{ field: 'name', from: 'CI', to: 'CI of main' }]);
  const text = JSON.stringify([entries, await envelopes(orgId)]);
  for (const secret of [key, token, PASSWORD, session.accessToken, session.refreshToken]) {
    expect(text).not.toContain(secret);
  }
});

test('what an operator does is the support’s, without a name; who it was is in the table', async () => {
  const { caller, orgId, userId } = await identity.newUser();
  const data: ActionDone = {
    ...{ organisationId: orgId, action: 'grants.create', at: new Date().toISOString(), changes: [] },
    ...{
      actor: { kind: 'support', userId, address: '192.0.2.9' },
      thing: { kind: 'grant', id: newId(), name: 'bots' },
    },
  };
  const [first] = await envelopes(orgId);
  await replica().handle({ ...first, id: newId(), subject: `x:${orgId}`, sequence: 1, data } as Envelope);
  expect((await read(caller))[0]?.actor).toEqual({
    ...{ kind: 'support', userId: null, name: null, keyId: null, keyName: null, sessionId: null, address: null },
  });
  const rows = await identity.tenants.run(orgId, (tx) => tx.query('select operator_id from audit_entries'));
  expect(rows).toEqual([{ operator_id: userId }]);
});

test('an account that is deleted leaves its organisations with an entry, and none of its name', async () => {
  const owner = await identity.newUser();
  const join = async () => {
    const guest = await identity.newUser();
    const { token } = await identity.call(invite, { email: guest.email, role: 'viewer' }, owner.caller);
    await identity.call(acceptInvitation, { token }, guest.caller);
    return guest;
  };
  const [gone, left] = [await join(), await join()];
  await identity.call(changeRole, { userId: gone.userId, role: 'editor' }, owner.caller);
  await record(owner.orgId);
  const [changed] = await read(owner.caller);
  expect(changed).toMatchObject({
    thing: { id: gone.userId, name: 'Ada' },
    changes: [{ from: 'viewer', to: 'editor' }],
  });
  await identity.call(leaveOrganisation, { organisationId: owner.orgId }, left.caller);
  await identity.call(
    deleteAccount,
    { email: gone.email, currentPassword: PASSWORD, deleteOrganisations: true },
    gone.caller,
  );
  await record(owner.orgId);
  const entries = await read(owner.caller);
  expect(entries.map(({ action }) => action).slice(0, 3)).toEqual([
    ...['accounts.delete', 'members.leave', 'members.change-role'],
  ]);
  for (const { actor, thing } of entries) {
    if (actor.userId === gone.userId) expect(actor).toMatchObject({ name: null, address: null });
    if (thing.id === gone.userId) expect(thing.name).toBeNull();
  }
});

test('nobody sees another organisation’s, by the API or below it', async () => {
  const [mine, theirs] = [await identity.newUser(), await identity.newUser()];
  for (const { orgId } of [mine, theirs]) await record(orgId);
  expect((await read(mine.caller)).map(({ thing }) => thing.id)).toEqual([mine.orgId]);
  expect(await read(mine.caller, { thingId: theirs.orgId })).toEqual([]);
  const visible = (visibility: { orgId?: string; userId?: string }) =>
    identity.tenants.as(visibility, (tx) => tx.query('select distinct org_id from audit_entries'));
  expect(await visible({ orgId: theirs.orgId })).toEqual([{ org_id: theirs.orgId }]);
  expect(await visible({ userId: mine.userId })).toEqual([]);
  const other = await identity.call(createOrganisation, { name: 'Second' }, mine.caller);
  await record(other.id);
  expect((await read({ ...mine.caller, orgId: other.id })).map(({ action }) => action)).toEqual([
    'organisations.create',
  ]);
});

test('the oldest go by age, and beyond the most that an organisation has', async () => {
  const { caller, orgId } = await identity.newUser();
  for (const name of ['one', 'two', 'three']) await identity.call(renameOrganisation, { name }, caller);
  await record(orgId);
  await identity.tenants.run(orgId, (tx) =>
    tx.query("update audit_entries set at = now() - interval '401 days' where action = 'accounts.register'"),
  );
  await identity.app.get(DeleteExpired).turn();
  expect(await read(caller)).toHaveLength(3);
  await identity.tenants.run(orgId, (tx) => deleteBeyond(tx, 2));
  expect((await read(caller)).map(({ changes }) => changes[0]?.to)).toEqual(['three', 'two']);
});

test('an event of an organisation that is gone is passed', async () => {
  const { orgId } = await identity.newUser();
  const [first] = await envelopes(orgId);
  const nowhere = newId();
  const data = { ...(first?.data as ActionDone), organisationId: nowhere };
  const envelope = {
    ...first,
    id: newId(),
    orgid: nowhere,
    subject: `actions:${nowhere}`,
    sequence: 1,
    data,
  } as Envelope;
  expect(await replica().handle(envelope)).toBe('handled');
});

test('what was refused is beside what was done: shown when asked for, once an hour, and never in its place', async () => {
  const { caller, orgId, userId } = await identity.newUser();
  await record(orgId);
  const asService = { kind: 'service' as const, service: 'gateway', orgId, scopes: ['*'] } as Caller;
  const thing = { kind: 'bot' as const, id: 'b-1' };
  const actor = { kind: 'person' as const, userId, address: '192.0.2.7' };
  const note = (action: string, missingScope?: string) =>
    identity.call(noteRefused, { action, actor, thing, ...(missingScope ? { missingScope } : {}) }, asService);
  await Promise.all([note('bots.create'), note('keys.create')]);
  for (let times = 0; times < 3; times += 1) await note('bots.delete', 'bots:write');
  expect((await read(caller)).map(({ action }) => action)).toEqual(['accounts.register']);
  const refused = await read(caller, { outcome: 'refused' });
  expect(refused.map(({ action }) => action).toSorted()).toEqual(['bots.create', 'bots.delete', 'keys.create']);
  expect(refused[0]).toMatchObject({ refused: true, changes: [], actor: { name: 'Ada', address: '192.0.2.7' } });
  expect(refused.map(({ missingScope }) => missingScope)).toEqual(['bots:write', null, null]);
  expect(await read(caller, { outcome: 'all' })).toHaveLength(4);
  await identity.tenants.run(orgId, (tx) => deleteRefusedBeyond(tx, 1));
  expect(await read(caller, { outcome: 'refused' })).toHaveLength(1);
  expect(await read(caller)).toHaveLength(1);
  await expect(identity.call(noteRefused, { action: 'x' }, caller)).rejects.toMatchObject({ code: 'forbidden' });
});

test('the few that were refused are read by their index, among however many that were done', async () => {
  const { orgId } = await identity.newUser();
  await identity.tenants.run(orgId, async (tx) => {
    await tx.query(
      `insert into audit_entries (org_id, id, at, action, actor_kind, thing_kind, refused)
       select $1, gen_random_uuid(), now() - n * interval '1 minute', 'bots.update', 'person', 'bot', n % 4000 = 0
         from generate_series(1, 20000) n`,
      [orgId],
    );
    const newest = (limit: number) => AUDIT_ORDERS.place({ sort: '-at', limit });
    const explained = async (outcome: 'done' | 'refused') => {
      const query = (sql: string, parameters: unknown[]) => tx.query(`explain analyze ${sql}`, parameters);
      return JSON.stringify(await listEntries({ orgId, query } as never, newest(51), { outcome, action: 'bots' }));
    };
    expect(await explained('refused')).toContain('audit_entries_refused');
    expect(await explained('done')).not.toContain('audit_entries_refused');
    expect(await listEntries(tx, newest(51), { outcome: 'refused' })).toHaveLength(5);
  });
});

test('a wrong password is in the log of each organisation of the account, once, however often it is guessed', async () => {
  const { caller, email, userId } = await identity.newUser();
  const other = await identity.newUser();
  const { token } = await identity.call(invite, { email, role: 'viewer' }, other.caller);
  await identity.call(acceptInvitation, { token }, caller);
  const guess = (address: string, as = email) =>
    identity
      .call(login, { email: as, password: 'not this one' }, { kind: 'anonymous', ip: address, scopes: [] })
      .catch((error: unknown) => error);
  for (let times = 0; times < 3; times += 1) await guess('198.51.100.61');
  await guess('198.51.100.61', `${newId()}@example.com`);
  const entry = {
    ...{ action: 'sessions.login', refused: true, thing: { kind: 'session', id: null, name: null } },
    actor: { kind: 'person', userId, address: '198.51.100.61' },
  };
  for (const reader of [caller, other.caller]) {
    const found = await until(async () => {
      const items = await read(reader, { outcome: 'refused' });
      return items.length > 0 && items;
    });
    expect(found).toMatchObject([entry]);
    expect(JSON.stringify(found)).not.toContain('not this one');
  }
});
