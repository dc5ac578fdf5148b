import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPORTED } from '@tidegate/contracts/exported';
import { Rest } from '@tidegate/testing/platform';
import { asSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import { BOT_SETTINGS, ownerAt } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';

interface Line {
  kind: string;
  data: Record<string, unknown>;
}

interface Stream {
  name: string;
  config: { max_age: number; max_bytes: number };
}

/** The lines of a whole export; what it answers otherwise. */
export async function download(url: string, token: string): Promise<{ status: number; text: string; lines: Line[] }> {
  const answer = await fetch(`${url}/api/v1/organisation/export`, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  return { status: answer.status, text, lines: answer.ok ? linesOf(text) : [] };
}

export const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/* What an organisation gets when it asks for everything, and what it never gets. */
export function dataExport(platform: SharedPlatform): void {
  describe('an export of an organisation', () => {
    const PASSWORD = 'correct horse battery';
    async function owner(name: string) {
      const anonymous = new Rest(platform.url);
      const email = `${name}@example.com`;
      const account = { email, password: PASSWORD, name: `${name} of all`, organisationName: name };
      const { rest, accessToken: token, orgId, made } = await ownerAt(anonymous, account);
      const bot = await made('/api/v1/bots', { name: `bot of ${name}`, settings: BOT_SETTINGS });
      await made('/api/v1/channels', {
        ...{ kind: 'webhook', url: `https://1.1.1.1/hooks?token=${name}-in-the-url` },
      });
      const server = { host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: `${name}-server-password` };
      await made('/api/v1/servers', { name: `server of ${name}`, ...server });
      const guest = await made('/api/v1/invitations', { email: `guest-of-${name}@example.com`, role: 'viewer' });
      const key = await made('/api/v1/api-keys', { name: `key of ${name}`, scopes: ['org:admin', 'org:read'] });
      return { rest, token, orgId, bot, guest, key, anonymous, email };
    }

    test('of every table it is written down how long its rows are kept', async () => {
      const tables = await asSuperuser<{ name: string }>(
        platform,
        `select distinct c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any($1::text[])`,
        [Object.keys(EXPORTED).map((service) => service.replace('-', '_'))],
      );
      expect(tables.length).toBeGreaterThan(100);
      const written = new Set(
        [...readFileSync('docs/retention.md', 'utf8').matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(
          ([, cell]) => cell?.match(/\b[a-z][a-z_]*/g) ?? [],
        ),
      );
      expect(tables.map(({ name }) => name).filter((name) => !written.has(name))).toEqual([]);
      expect([...written].filter((name) => name.includes('_') && !tables.some((table) => table.name === name))).toEqual(
        [],
      );
    });

    test('of every stream, file and folder it is written down what bounds it', async () => {
      const text = readFileSync('docs/retention.md', 'utf8');
      const { ports } = JSON.parse(readFileSync(join(platform.dataDir, 'installation.json'), 'utf8'));
      const asked = await fetch(`http://127.0.0.1:${ports.natsMonitor}/jsz?streams=true&config=true`);
      const { account_details: accounts } = (await asked.json()) as { account_details: { stream_detail: Stream[] }[] };
      const streams = accounts.flatMap(({ stream_detail }) => stream_detail);
      const rows = streams.map(({ name, config: { max_age: ns, max_bytes: bytes } }) => {
        return `| stream \`${name}\` | ${ns / 1e9 / 86_400} days, ${bytes / 1024 ** 3} GB |`;
      });
      expect(rows.length).toBeGreaterThan(1);
      expect(rows.filter((row) => !text.includes(row))).toEqual([]);

      const written = [...text.matchAll(/`DATA_DIR\/([^`]+)`/g)].map(([, path = '']) => path);
      // A claim of the folder is named by its process.
      const isWritten = (path: string) =>
        written.some(
          (one) => path === one || path.startsWith(`${one}/`) || (one === '.run' && path.startsWith('.run.')),
        );
      const paths = readdirSync(platform.dataDir, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() && entry.name !== 'postgres'
          ? readdirSync(join(platform.dataDir, entry.name)).map((name) => `${entry.name}/${name}`)
          : [entry.name],
      );
      expect(paths.length).toBeGreaterThan(8);
      expect(paths.filter((path) => !isWritten(path))).toEqual([]);
    });

    test('it contains what every service has of it, no secret and nothing of anybody else, and says that it is whole', async () => {
      const [mine, theirs] = [await owner('exporting'), await owner('bystander')];
      // Billing and notifier learn of a new organisation by events.
      const whole = await until(
        async () => {
          const found = await download(platform.url, mine.token);
          const kinds = new Set(found.lines.map(({ kind }) => kind));
          return ['billing.subscriptions', 'billing.entitlements'].every((kind) => kinds.has(kind)) && found;
        },
        { what: 'the subscription in the export' },
      );
      const of = (kind: string) => whole.lines.filter((line) => line.kind === kind).map(({ data }) => data);
      expect(whole.lines[0]).toMatchObject({
        kind: 'export',
        data: { organisationId: mine.orgId, name: 'exporting', format: 1 },
      });
      expect(whole.lines.at(-1)).toEqual({ kind: 'end', data: { lines: whole.lines.length - 2 } });
      expect(of('identity.organisations')).toMatchObject([{ name: 'exporting', createdAt: expect.any(String) }]);
      expect(of('identity.members')).toMatchObject([{ email: mine.email, name: 'exporting of all', role: 'owner' }]);
      expect(of('identity.invitations')).toMatchObject([{ email: 'guest-of-exporting@example.com' }]);
      expect(of('identity.api_keys')).toMatchObject([{ name: 'key of exporting' }]);
      expect(of('billing.subscriptions')).toMatchObject([{ product: 'main', plan: 'free' }]);
      expect(of('bot-executor.bots')).toMatchObject([{ id: mine.bot.id, name: 'bot of exporting' }]);
      expect(of('monitor-agent.servers')).toMatchObject([{ name: 'server of exporting' }]);
      expect(of('notifier.channels')).toMatchObject([{ kind: 'webhook', receiver: '1.1.1.1' }]);

      const secrets = [PASSWORD, 'exporting-server-password', 'exporting-in-the-url', 'whsec_', mine.token];
      for (const secret of [...secrets, mine.key.key, mine.guest.token, '"tg_', 'argon2', 'hash'])
        expect(whole.text).not.toContain(secret);
      for (const other of [theirs.orgId, theirs.email, 'bystander']) expect(whole.text).not.toContain(other);
    });

    test('it is for owners who are logged in, once at a time', async () => {
      const mine = await owner('exported-twice');
      expect(await download(platform.url, mine.key.key)).toMatchObject({ status: 403 });
      expect(await download(platform.url, 'nobody')).toMatchObject({ status: 401 });

      const guest = { email: 'guest-of-exported-twice@example.com', password: PASSWORD, name: 'Guest' };
      const { body } = await mine.anonymous.post<{ accessToken: string }>('/api/v1/accounts', guest);
      const joined = await mine.anonymous.as(body.accessToken).post('/api/v1/invitations/accept', {
        token: mine.guest.token,
      });
      expect(joined.status).toBe(200);
      const asGuest = (organisation: string) =>
        fetch(`${platform.url}/api/v1/organisation/export?organisation=${organisation}`, {
          headers: { authorization: `Bearer ${body.accessToken}` },
        });
      expect((await asGuest(mine.orgId)).status).toBe(403);
      expect((await asGuest('019a0000-0000-7000-8000-000000000000')).status).toBe(403);

      await asSuperuser(
        platform,
        "insert into identity.organisation_exports (org_id, id, user_id, held_until) values ($1, $1, $1, now() + interval '1 minute')",
        [mine.orgId],
      );
      const refused = await download(platform.url, mine.token);
      expect({ status: refused.status, ...JSON.parse(refused.text) }).toMatchObject({
        ...{ status: 409, code: 'export_running', retryAfterSeconds: expect.any(Number) },
      });
      // One that nobody goes on with is over.
      await asSuperuser(platform, 'update identity.organisation_exports set held_until = now() where org_id = $1', [
        mine.orgId,
      ]);
      expect((await download(platform.url, mine.token)).status).toBe(200);
      await until(
        async () =>
          (await asSuperuser(platform, 'select from identity.organisation_exports where org_id = $1', [mine.orgId]))
            .length === 0,
        { what: 'the place to be free again' },
      );
    });

    test('every table of an organisation and each of its columns is exported, or it is said why not', async () => {
      const rows = await asSuperuser<{ service: string; table: string; columns: string[]; binary: string[] }>(
        platform,
        `select replace(n.nspname, '_', '-') as service, c.relname as table, array_agg(a.attname::text) as columns,
                coalesce(array_agg(a.attname::text) filter (where a.atttypid = 'bytea'::regtype), '{}') as binary
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname <> 'org_id'
          where n.nspname = any ($1) and c.relkind in ('r', 'p') and not c.relispartition
            and coalesce(obj_description(c.oid, 'pg_class'), '') not like 'no-tenant: %'
          group by 1, 2`,
        [Object.keys(EXPORTED).map((service) => service.replaceAll('-', '_'))],
      );
      const words = (text = '') => text.split(' ').filter(Boolean);
      const undecided: string[] = [];
      const stale = new Set(
        Object.entries(EXPORTED).flatMap(([service, { tables, without }]) =>
          [...Object.keys(tables), ...Object.keys(without)].map((table) => `${service}.${table}`),
        ),
      );
      for (const { service, table, columns, binary } of rows) {
        const { tables, without } = EXPORTED[service as keyof typeof EXPORTED];
        const decided = tables[table];
        stale.delete(`${service}.${table}`);
        if (without[table]) expect(decided, `${table} is both exported and not`).toBeUndefined();
        else if (!decided) undecided.push(`${service}.${table}`);
        else {
          const shown = words(decided.columns);
          const hidden = Object.values(decided.without ?? {}).flatMap(words);
          expect({ table, columns: [...shown, ...hidden].sort() }).toEqual({ table, columns: columns.sort() });
          expect(
            shown.filter((column) => binary.includes(column) || /hash|secret|password|sealed|token/.test(column)),
          ).toEqual([]);
        }
      }
      // Say in libs/contracts/src/<service>/exported.ts which columns of it are exported, or why it is not.
      expect(undecided).toEqual([]);
      expect([...stale]).toEqual([]);
      expect(rows.length).toBeGreaterThan(60);
    });

    test('of every table of an organisation it is said whether it moves to another installation', async () => {
      const rows = await asSuperuser<{ service: string; table: string }>(
        platform,
        `select replace(n.nspname, '_', '-') as service, c.relname as table
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
          where n.nspname = any ($1) and c.relkind in ('r', 'p') and not c.relispartition`,
        [Object.keys(EXPORTED).map((service) => service.replaceAll('-', '_'))],
      );
      const said = Object.entries(EXPORTED).flatMap(([service, { moves }]) =>
        [...`${moves.tables} ${moves.queues}`.split(' ').filter(Boolean), ...Object.keys(moves.stays)].map(
          (table) => `${service}.${table}`,
        ),
      );
      expect(said.filter((table, at) => said.indexOf(table) !== at)).toEqual([]);
      const known = new Set(said);
      // Say in libs/contracts/src/<service>/exported.ts whether it moves, is a queue that is parked, or stays, and why.
      expect(rows.map(({ service, table }) => `${service}.${table}`).filter((table) => !known.has(table))).toEqual([]);
      expect(rows.length).toBeGreaterThan(100);
    });
  });
}
