import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { connectNats } from '@tidegate/messaging/nats';
import { natsNames, readSecrets } from '@tidegate/runtime/secrets-file';
import { Rest } from '@tidegate/testing/platform';
import { asSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import { BOT_SETTINGS, operatorOf, ownerAt } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';

interface Entry {
  id: string;
  at: string;
  action: string;
  actor: { kind: string; userId: string | null; name: string | null; keyId: string | null; address: string | null };
  thing: { kind: string; id: string | null; name: string | null };
  refused: boolean;
  missingScope: string | null;
  changes: { field: string; from?: string | null; to?: string | null; hidden?: boolean }[];
}
type Page = { items: Entry[]; nextCursor?: string };

const PATH = '/api/v1/organisation/audit';
const PASSWORD = 'correct horse battery';
const SECRET = 'a-secret-nobody-reads';

/* Who did what in an organisation, over every service and the real bus. */
export function auditLog(platform: SharedPlatform): void {
  describe('the audit log', () => {
    const person = (name: string) =>
      ownerAt(new Rest(platform.url), {
        ...{ email: `${name}@example.com`, password: PASSWORD, name: `${name} Audit`, organisationName: name },
      });
    const patch = (rest: Rest, path: string, change: object) => rest.send('PATCH', path, change);
    const logOf = async (rest: Rest, query = '') => (await rest.get<Page>(`${PATH}?limit=200${query}`)).body.items;
    const seen = (rest: Rest, action: string, count = 1) =>
      until(
        async () => {
          const found = (await logOf(rest, `&action=${action}`)) ?? [];
          return found.length >= count && found;
        },
        { what: `${count} entries of ${action}` },
      );

    async function asPlatform(work: (nc: NatsConnection) => Promise<void>): Promise<void> {
      const { ports } = JSON.parse(readFileSync(join(platform.dataDir, 'installation.json'), 'utf8'));
      const secrets = readSecrets(platform.dataDir) as unknown as Record<string, string>;
      const [user = 'platform', password = ''] = natsNames('platform').map((name) => secrets[name]);
      const nc = await connectNats({ servers: [`127.0.0.1:${ports.nats}`], user, password }, 'test');
      await work(nc).finally(() => nc.close());
    }

    test('has each deliberate change of every service once, with who, what and how, and no secret', async () => {
      const { rest, orgId, made } = await person('audited');
      const operator = await operatorOf(platform, new Rest(platform.url));
      const bot = await made('/api/v1/bots', { name: 'Alpha', settings: BOT_SETTINGS });
      await patch(rest, `/api/v1/bots/${bot.id}`, { name: 'Beta' });
      // It changes nothing, so nothing was done.
      await patch(rest, `/api/v1/bots/${bot.id}`, { name: 'Beta' });
      await rest.send('DELETE', `/api/v1/bots/${bot.id}`);
      const server = { host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: `${SECRET}-of-a-server` };
      const { id: serverId } = await made('/api/v1/servers', { name: 'orders', ...server });
      await patch(rest, `/api/v1/servers/${serverId}`, { password: `${SECRET}-and-another` });
      await made('/api/v1/channels', { kind: 'webhook', url: `https://1.1.1.1/hooks?token=${SECRET}` });
      const key = await made('/api/v1/api-keys', { name: 'CI', scopes: ['bots:write', 'audit:read'] });
      const byKey = new Rest(platform.url).as(key.key);
      await byKey.post('/api/v1/bots', { name: 'Made by a key', settings: BOT_SETTINGS });
      await patch(rest, '/api/v1/organisation', { name: 'audited and renamed' });
      await rest.send('PUT', '/api/v1/usage/settings', { timeZone: 'Europe/Berlin' });
      const grant = { feature: 'bots', op: 'add', value: 3, source: 'promotion', reason: 'a friend' };
      const granted = await operator.post(`/api/v1/operator/organisations/${orgId}/grants`, grant);
      expect(granted).toMatchObject({ status: 201 });
      // Refused: nothing happened.
      expect((await rest.post('/api/v1/bots', { name: 'x', settings: {} })).status).toBe(422);

      const [update] = await seen(rest, 'bots.update');
      expect(update).toMatchObject({
        actor: { kind: 'person', name: 'audited Audit', keyId: null, address: expect.stringMatching(/./) },
        thing: { kind: 'bot', id: bot.id, name: 'Beta' },
        changes: [{ field: 'name', from: 'Alpha', to: 'Beta' }],
      });
      expect((await seen(rest, 'bots.delete'))[0]?.thing).toEqual({ kind: 'bot', id: bot.id, name: 'Beta' });
      expect((await seen(rest, 'servers.update'))[0]?.changes).toEqual([{ field: 'password', hidden: true }]);
      const [keyed] = await seen(rest, 'bots.create', 2);
      expect(keyed).toMatchObject({ actor: { kind: 'api_key', keyId: key.id, keyName: 'CI' } });
      expect((await seen(rest, 'settings.set'))[0]).toMatchObject({
        thing: { kind: 'usage_settings', id: null },
        changes: [{ field: 'timeZone', to: 'Europe/Berlin' }],
      });
      expect((await seen(rest, 'grants.create'))[0]?.actor).toMatchObject({
        ...{ kind: 'support', userId: null, name: null, address: null },
      });
      for (const action of ['channels.create', 'keys.create', 'organisations.rename', 'accounts.register']) {
        expect((await seen(rest, action)).length).toBe(1);
      }
      const all = await logOf(rest);
      expect((await logOf(rest, '&action=bots')).map(({ action }) => action)).toEqual([
        ...['bots.create', 'bots.delete', 'bots.update', 'bots.create'],
      ]);
      expect(all.map(({ at }) => at)).toEqual(
        all
          .map(({ at }) => at)
          .toSorted()
          .reverse(),
      );
      const text = JSON.stringify(all);
      for (const secret of [SECRET, PASSWORD, key.key, '"tg_', 'whsec_']) expect(text).not.toContain(secret);

      // The consumers begin at the start of the stream again, and everything is delivered once more.
      await asPlatform(async (nc) => {
        const manager = await jetstreamManager(nc);
        for (const source of ['identity', 'bot-executor', 'monitor-agent'])
          await manager.consumers.delete('EVENTS', `identity-from-${source}`);
      });
      await patch(rest, '/api/v1/organisation', { name: 'audited once more' });
      await seen(rest, 'organisations.rename', 2);
      await byKey.post('/api/v1/bots', { name: 'Afterwards', settings: BOT_SETTINGS });
      await seen(rest, 'bots.create', 3);
      expect(await logOf(rest)).toHaveLength(all.length + 2);
    });

    test('pages hold still while entries arrive, and filters of person, thing and time hold', async () => {
      const { rest, made } = await person('paged');
      for (const name of ['one', 'two', 'three']) await made('/api/v1/api-keys', { name, scopes: ['bots:read'] });
      const keys = await seen(rest, 'keys.create', 3);
      const first = await rest.get<Page>(`${PATH}?limit=2&action=keys`);
      await made('/api/v1/api-keys', { name: 'meanwhile', scopes: ['bots:read'] });
      await seen(rest, 'keys.create', 4);
      const second = await rest.get<Page>(`${PATH}?limit=2&action=keys&cursor=${first.body.nextCursor}`);
      expect([...first.body.items, ...second.body.items]).toEqual(keys);
      expect(second.body.nextCursor).toBeUndefined();
      const [entry] = keys;
      expect(await logOf(rest, `&thing=api_key&thingId=${entry?.thing.id}`)).toEqual([entry]);
      expect(await logOf(rest, `&userId=${entry?.actor.userId}&action=keys`)).toHaveLength(4);
      expect(await logOf(rest, `&from=${entry?.at}&action=keys`)).toHaveLength(2);
      expect(await logOf(rest, `&to=${entry?.at}&action=keys`)).toHaveLength(2);
      expect(await logOf(rest, '&means=support')).toEqual([]);
      expect(await rest.get(`${PATH}?cursor=nonsense`)).toMatchObject({ status: 422 });
      expect(await rest.get(`${PATH}?thing=password`)).toMatchObject({ status: 422 });
    });

    test('is for owners and admins and their keys, in a plan that includes it, and of nobody else’s organisation', async () => {
      const [mine, theirs] = [await person('reading'), await person('others')];
      const anonymous = new Rest(platform.url);
      expect((await anonymous.get(PATH)).status).toBe(401);
      const guest = await mine.made('/api/v1/invitations', { email: 'editor-of-reading@example.com', role: 'editor' });
      const { body } = await anonymous.post<{ accessToken: string }>('/api/v1/accounts', {
        ...{ email: 'editor-of-reading@example.com', password: PASSWORD, name: 'Ed' },
      });
      const editor = anonymous.as(body.accessToken);
      await editor.post('/api/v1/invitations/accept', { token: guest.token });
      const inIt = await editor.post<{ accessToken: string }>('/api/v1/sessions/organisation', {
        organisationId: mine.orgId,
      });
      expect(await anonymous.as(inIt.body.accessToken).get(PATH)).toMatchObject({
        ...{ status: 403, body: { code: 'forbidden', scope: 'audit:read' } },
      });
      // Refused: told as such, and not among what was done.
      const inside = anonymous.as(inIt.body.accessToken);
      expect((await inside.post('/api/v1/invitations', { email: 'x@example.com', role: 'owner' })).status).toBe(403);
      const [tried] = await until(
        async () => {
          const found = await logOf(mine.rest, '&outcome=refused&action=invitations');
          return found.length > 0 && found;
        },
        { what: 'the refused attempt' },
      );
      expect(tried).toMatchObject({
        ...{ refused: true, action: 'invitations.create', actor: { kind: 'person', name: 'Ed' }, changes: [] },
        missingScope: 'members:write',
      });
      expect((await logOf(mine.rest, '&action=invitations.create')).every(({ refused }) => !refused)).toBe(true);
      const blind = await mine.made('/api/v1/api-keys', { name: 'blind', scopes: ['org:read'] });
      expect((await anonymous.as(blind.key).get(PATH)).status).toBe(403);
      expect((await seen(mine.rest, 'invitations.accept'))[0]).toMatchObject({
        ...{ actor: { name: 'Ed' }, thing: { kind: 'member', name: 'Ed' }, changes: [{ field: 'role', to: 'editor' }] },
      });
      expect(JSON.stringify(await logOf(theirs.rest))).not.toContain(mine.orgId);
      const rows = await asSuperuser<{ org_id: string }>(
        platform,
        'select distinct org_id from identity.audit_entries where org_id = any($1::uuid[])',
        [[mine.orgId, theirs.orgId]],
      );
      expect(rows).toHaveLength(2);
      const operator = await operatorOf(platform, anonymous);
      const without = { feature: 'audit_log', op: 'set', value: false, reason: 'not bought' };
      const grants = `/api/v1/operator/organisations/${mine.orgId}/grants`;
      const { status, body: grant } = await operator.post<{ id: string }>(grants, without);
      expect(status).toBe(201);
      const refused = await until(
        async () => {
          const answer = await mine.rest.get(PATH);
          return answer.status === 402 && answer;
        },
        { what: 'the plan without the log' },
      );
      expect(refused.body).toMatchObject({ code: 'feature_not_included', feature: 'audit_log' });
      await patch(mine.rest, '/api/v1/organisation', { name: 'renamed unseen' });
      await operator.send('DELETE', `${grants}/${grant.id}?reason=bought`);
      // What happened while it was not bought is there.
      expect((await seen(mine.rest, 'organisations.rename'))[0]).toMatchObject({
        changes: [{ field: 'name', from: 'reading', to: 'renamed unseen' }],
      });
    });
  });
}
