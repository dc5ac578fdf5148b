import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { connectDatabase } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { inTurns } from '@tidegate/testing/one-client';
import { adminPassword, Rest } from '@tidegate/testing/platform';
import { superuserLogin } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import pg from 'pg';
import { BOT_SETTINGS, ownerAt } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';

/* An organisation goes, and with it everything that any service keeps for it. */
export function deleteOrganisation(platform: SharedPlatform): void {
  describe('an organisation that is deleted', () => {
    let database: pg.Client;
    let ask: ReturnType<typeof inTurns>;

    beforeAll(async () => {
      database = new pg.Client(superuserLogin(platform));
      await database.connect();
      ask = inTurns(database);
    });
    afterAll(async () => {
      await database.end();
    });

    const fileOf = (name: string) => JSON.parse(readFileSync(join(platform.dataDir, name), 'utf8'));
    const secrets = (): Record<string, string> => fileOf('secrets.json');
    const login = () => ({ host: '127.0.0.1', port: fileOf('installation.json').ports.postgres, database: 'tidegate' });

    let counting = '';
    /** Rows of the organisation by table, over all schemas, without those that are meant to stay. */
    async function rowsOf(orgId: string): Promise<Record<string, number>> {
      counting ||= await countingQuery();
      const rows = await ask<{ name: string; n: number }>(counting, [orgId]);
      return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
    }

    async function countingQuery(): Promise<string> {
      const tables = await ask<{ name: string }>(
        `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
      where c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> all ('{outbox,inbox,dead_letters,data_keys,deleted_organisations}')`,
      );
      const each = tables.map(
        ({ name }) => `select '${name}' as name, count(*)::int as n from ${name} where org_id = $1 having count(*) > 0`,
      );
      return each.join(' union all ');
    }

    async function customer(name: string) {
      const anonymous = new Rest(platform.url);
      const account = { email: `${name}@example.com`, password: 'correct horse battery', name, organisationName: name };
      const { rest, orgId, made } = await ownerAt(anonymous, account);
      const bot = await made('/api/v1/bots', { name: 'b', settings: BOT_SETTINGS });
      await rest.post(`/api/v1/bots/${bot.id}/start`);
      await made('/api/v1/channels', { kind: 'webhook', url: 'https://1.1.1.1/' });
      const { host, port, database: db } = login();
      const user = { user: 'tidegate_monitor', password: secrets()['MONITOR_PLATFORM_PASSWORD'] };
      await made('/api/v1/servers', { name: 's', host, port, database: db, ...user });
      const { key } = await made('/api/v1/api-keys', { name: 'ci', scopes: ['bots:read'] });
      await until(async () => Object.keys(await rowsOf(orgId)).length >= 15, {
        withinMs: 40_000,
        everyMs: 200,
        what: `traces of the organisation everywhere: ${JSON.stringify(await rowsOf(orgId))}`,
      });
      return { rest, orgId, byKey: anonymous.as(key), anonymous };
    }

    test('only an owner who repeats the name deletes an organisation; everything of it is deleted, and nothing of anyone else', async () => {
      const [leaving, staying] = [await customer('leaving'), await customer('staying')];
      const remove = (name: string) => leaving.rest.send('DELETE', `/api/v1/organisation?name=${name}`);
      expect((await remove('other')).body).toMatchObject({ code: 'validation_failed', status: 422 });
      expect((await leaving.byKey.send('DELETE', '/api/v1/organisation?name=leaving')).status).toBe(403);
      const before = Object.keys(await rowsOf(staying.orgId)).sort();

      expect((await remove('leaving')).status).toBe(204);
      for (const one of [leaving.rest, leaving.byKey]) {
        await until(async () => (await one.get('/api/v1/bots')).status === 401, {
          withinMs: 2_000,
          what: 'access to end',
        });
      }
      await until(async () => Object.keys(await rowsOf(leaving.orgId)).length === 0, {
        withinMs: 20_000,
        everyMs: 200,
        what: 'all rows to be gone',
      }).catch(async (error) => {
        throw new Error(`${error.message}: ${JSON.stringify(await rowsOf(leaving.orgId))}`);
      });
      expect(Object.keys(await rowsOf(staying.orgId)).sort()).toEqual(expect.arrayContaining(before));
      expect((await staying.rest.get('/api/v1/bots')).status).toBe(200);

      // The person still has their account, and may create another organisation.
      const again = await leaving.anonymous.post<{ accessToken: string }>('/api/v1/sessions', {
        email: 'leaving@example.com',
        password: 'correct horse battery',
      });
      expect(again.status).toBe(201);
      const another = await leaving.anonymous
        .as(again.body.accessToken)
        .post('/api/v1/organisations', { name: 'another' });
      expect(another.status).toBe(201);
      expect(adminPassword(platform)).not.toBe('');
    });

    test('organisations that are deleted while their clients are writing stay deleted', async () => {
      const anonymous = new Rest(platform.url);
      const busy = await Promise.all(
        ['a', 'b', 'c', 'd'].map(async (name) => {
          const account = {
            email: `busy-${name}@example.com`,
            password: 'correct horse battery',
            name,
            organisationName: name,
          };
          const { body } = await anonymous.post<{ accessToken: string; organisation: { id: string } }>(
            '/api/v1/accounts',
            account,
          );
          const rest = anonymous.as(body.accessToken);
          const scopes = ['bots:write', 'bots:read', 'usage:read', 'usage:write'];
          const { key } = (await rest.post<{ key: string }>('/api/v1/api-keys', { name: 'ci', scopes })).body;
          return { name, rest, orgId: body.organisation.id, byKey: anonymous.as(key) };
        }),
      );
      /** Each client goes on until nobody lets it in any more. */
      const work = busy.flatMap(({ byKey }) =>
        [1, 2, 3].map(async (client) => {
          for (let n = 0; ; n += 1) {
            const event = { id: `${client}-${n}`, meter: 'api_calls', quantity: 1 };
            const answers = [
              await byKey.post('/api/v1/bots', { name: `b${client}-${n}`, settings: BOT_SETTINGS }),
              await byKey.post('/api/v1/usage/events', { events: [{ ...event, source: 'test' }] }),
              await byKey.get('/api/v1/usage/current'),
            ];
            if (answers.some(({ status }) => status === 401)) return;
          }
        }),
      );
      await until(async () => ((await rowsOf(busy[0]?.orgId ?? ''))['bot_executor.bots'] ?? 0) > 0, {
        what: 'the first bot',
      });
      for (const { rest, name } of busy) {
        expect((await rest.send('DELETE', `/api/v1/organisation?name=${name}`)).status).toBe(204);
      }
      await Promise.all(work);
      const left = () => Promise.all(busy.map(async ({ orgId }) => rowsOf(orgId)));
      await until(async () => (await left()).every((rows) => Object.keys(rows).length === 0), {
        withinMs: 60_000,
        everyMs: 200,
        what: 'all rows to be gone',
      }).catch(async (error) => {
        throw new Error(`${error.message}: ${JSON.stringify(await left())}`);
      });
    });

    interface Key {
      wrapped: Buffer | null;
      shredded_at: Date | null;
    }

    async function keyOf(service: 'notifier' | 'monitor_agent', orgId: string): Promise<Key | undefined> {
      return (await ask<Key>(`select * from ${service}.data_keys where org_id = $1`, [orgId]))[0];
    }

    /** As identity does it, in a transaction of its own: the keys go although the organisation's people are still let in. */
    async function emitDeleted(orgId: string): Promise<void> {
      const password = secrets()['IDENTITY_DATABASE_PASSWORD'] as string;
      const dataSource = await connectDatabase({ ...login(), user: 'identity', schema: 'identity', password });
      const outbox = new Outbox('identity', () => {});
      await new TenantDatabase(dataSource).run(orgId, (tx) => outbox.emit(tx, organisationDeleted, { orgId }));
      await dataSource.destroy();
    }

    async function withWebhook(name: string) {
      const anonymous = new Rest(platform.url);
      const account = { email: `${name}@example.com`, password: 'correct horse battery', name };
      const { body } = await anonymous.post<{ accessToken: string; organisation: { id: string } }>(
        '/api/v1/accounts',
        account,
      );
      const rest = anonymous.as(body.accessToken);
      const addWebhook = () =>
        rest.post<{ id: string }>('/api/v1/channels', { kind: 'webhook', url: 'https://1.1.1.1/' });
      const channel = await addWebhook();
      expect(channel.status).toBe(201);
      const changeSecret = () => rest.post(`/api/v1/channels/${channel.body.id}/rotate-secret`);
      return { orgId: body.organisation.id, addWebhook, changeSecret };
    }

    test('a deleted organisation’s secrets can never be read again, and nothing more is sealed for it', async () => {
      const [gone, stays] = [await withWebhook('gone'), await withWebhook('stays')];
      expect((await keyOf('notifier', gone.orgId))?.wrapped).toHaveLength(61);
      await emitDeleted(gone.orgId);

      const shredded = async (service: 'notifier' | 'monitor_agent') => (await keyOf(service, gone.orgId))?.shredded_at;
      await until(async () => (await shredded('notifier')) != null, { what: 'notifier has shredded its key' });
      await until(async () => (await shredded('monitor_agent')) != null, { what: 'monitor-agent refuses to make one' });
      expect((await keyOf('notifier', gone.orgId))?.wrapped).toBeNull();
      expect((await gone.changeSecret()).status).toBe(404);
      expect((await gone.addWebhook()).status).toBe(404);
      expect(platform.log()).not.toContain('whsec_');

      expect((await keyOf('notifier', stays.orgId))?.wrapped).toHaveLength(61);
      expect((await stays.changeSecret()).status).toBe(200);
    });
  });
}
