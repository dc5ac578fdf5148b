import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Filled } from '@tidegate/cli/demo/fill';
import { chromiumPath } from '@tidegate/testing/browser';
import { type Answer, Rest } from '@tidegate/testing/platform';
import { asSuperuser, withSuperuser } from '@tidegate/testing/superuser';
import { programEnvironment } from '@tidegate/testing/test-run';
import { until } from '@tidegate/testing/until';
import type { Visit } from './console/visit.ts';
import { operatorOf, signUpAt } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';

/** What is there for other reasons than to be shown: messages that were sent, and what was handled. */
const APART = '{outbox,outbox_sequences,inbox,inbox_gaps,dead_letters,data_keys,deleted_organisations,entitlements}';
const run = promisify(execFile);

/* `tidegate demo --fill` on a running platform: what is there to see, that it is the same again, and that it stays inside. */
export function demoOrganisation(platform: SharedPlatform, visit?: Visit): void {
  describe('the demo organisation', () => {
    const moment = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
    let operator: Rest;
    let filled: Filled;

    const demo = async (...args: string[]) => {
      const { stdout } = await run(process.execPath, ['--no-warnings', 'cli/dist/main.js', 'demo', ...args], {
        env: { ...programEnvironment(), DATA_DIR: platform.dataDir },
      });
      return stdout;
    };
    const fill = async () => JSON.parse(await demo('--fill', '--json', '--days', '3', '--until', moment)) as Filled;
    const inDemo = (method: string, path: string, body?: object) =>
      operator.send<Record<string, never>>(method, `/api/v1${path}`, body, {
        'tidegate-organisation': filled.organisationId,
      });
    /** The number of what a list or an answer has, which must not be nothing. */
    const seen = async (path: string, of: (body: never) => unknown): Promise<unknown> => {
      const { status, body }: Answer<Record<string, never>> = await inDemo('GET', path);
      expect({ path, status }).toEqual({ path, status: 200 });
      return of(body as never);
    };
    const items = (path: string) => seen(path, ({ items: found }: { items: unknown[] }) => found) as Promise<never[]>;

    /** How many rows of the organisation each table has, and what they are. */
    const stored = () =>
      withSuperuser(platform, async (client) => {
        const { rows: tables } = await client.query<{ name: string }>(
          `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
             join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
            where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all ('${APART}') order by 1`,
        );
        const found: Record<string, number> = {};
        for (const { name } of tables) {
          // What was tried in vain meanwhile goes with what was filled.
          const done = name === 'identity.audit_entries' ? 'and not refused' : '';
          const { rows } = await client.query<{ n: number }>(
            `select count(*)::int as n from ${name} where org_id = $1 ${done}`,
            [filled.organisationId],
          );
          if (rows[0]?.n) found[name] = rows[0].n;
        }
        return found;
      });

    beforeAll(async () => {
      operator = await operatorOf(platform, new Rest(platform.url));
      filled = await fill();
    });

    test('every page of it has something to show', async () => {
      const range = `from=${new Date(Date.parse(moment) - 86_400_000).toISOString()}&to=${moment}`;
      const servers: { id: string; name: string; figures: unknown; findings: { kind: string }[] }[] =
        await items('/servers');
      expect(servers.map(({ name }) => name).sort()).toEqual([
        'reporting',
        'shop primary',
        'shop replica',
        'staging',
        'stock',
      ]);
      // Seen from the moment at which its data ends, and not from now.
      expect(servers.flatMap(({ findings }) => findings.map(({ kind }) => kind))).not.toContain('silent');
      const of = `/servers/${servers.find(({ name }) => name === 'shop primary')?.id}`;
      for (const list of ['statements', 'tables', 'indexes', 'index-findings', 'databases'])
        expect(await items(`${of}/${list}?${list === 'index-findings' ? '' : range}`), list).not.toHaveLength(0);
      const points = (await seen(`${of}/series?${range}`, ({ points: all }: { points: unknown }) => all)) as {
        figures: { activeSessions: number | null } | null;
      }[];
      expect(points.filter(({ figures }) => figures?.activeSessions == null)).toEqual([]);
      expect(await seen(`${of}/waits?${range}`, ({ series }: { series: unknown[] }) => series.length)).toBeGreaterThan(
        50,
      );
      expect(await seen(`${of}/blocking?${range}`, ({ incidents }: { incidents: unknown[] }) => incidents)).not.toEqual(
        [],
      );
      expect(await seen(`${of}/wraparound`, ({ at }: { at: string | null }) => at)).not.toBeNull();

      const bots: { id: string; status: string; decidedUpTo: string }[] = await items('/bots');
      expect(bots).toHaveLength(3);
      for (const { status } of bots) expect(status).toBe('running');
      // How many trades three days of candles close depends on the moment: there may be none.
      for (const list of ['trades', 'ledger']) {
        const found = await Promise.all(bots.map(({ id }) => items(`/bots/${id}/${list}`)));
        expect(found.flat(), list).not.toHaveLength(0);
      }
      for (const list of ['backtests', 'sweeps']) {
        const done: { status: string }[] = await items(`/${list}`);
        expect(new Set(done.map(({ status }) => status))).toEqual(new Set(['done']));
      }
      const meters: { meter: string; used: number; limit: number | null }[] = await items('/usage/current');
      for (const { meter, limit } of meters.filter((one) => one.limit !== 0)) {
        const days: { quantity: number }[] = await items(`/usage/history?meter=${meter}&granularity=day`);
        expect({ meter, limit, some: days.some(({ quantity }) => quantity > 0) }).toMatchObject({ some: true });
      }
      for (const list of ['/billing/invoices', '/channels', '/deliveries', '/feed', '/organisation/audit'])
        expect(await items(list), list).not.toHaveLength(0);
    });

    test.runIf(visit && chromiumPath())(
      'every page in the browser says that it is a demo, and no chart on it is empty',
      async () => {
        if (!visit) return;
        const { page } = await visit.operator();
        const home = `${platform.url}/o/${filled.organisationId}`;
        const server: { id: string }[] = await items('/servers?search=shop+primary');
        const statement: { statementId: string }[] = await items(
          `/servers/${server[0]?.id}/statements?to=${moment}&limit=1`,
        );
        const bot: { id: string }[] = await items('/bots?limit=1');
        const [inServer, inBot] = [`servers/${server[0]?.id}`, `bots/${bot[0]?.id}`];
        const statements = `${inServer}/statements`;
        const one = `${statements}/${statement[0]?.statementId}`;
        const ofServer = ['activity', 'tables', 'indexes', 'findings', 'wraparound', 'sizes'].map(
          (tab) => `${inServer}/${tab}`,
        );
        const own = ['', 'servers', inServer, statements, one, ...ofServer, 'bots', inBot, 'backtests', 'sweeps'];
        for (const path of [
          ...own,
          'feed',
          'usage',
          'usage/api_calls',
          'plans',
          'billing',
          'channels',
          'team',
          'audit',
        ]) {
          await visit.go(page, `${home}/${path}`);
          expect(await page.getByRole('note').first().textContent(), path).toContain('Demo data');
          expect(await page.locator('main .empty').allInnerTexts(), path).toEqual([]);
          for (const figure of await page.locator('main figure').all()) {
            const table = figure.getByRole('button', { name: 'As a table' });
            if ((await table.count()) === 0) continue;
            await table.click();
            const cells = await figure.locator('tbody td').allInnerTexts();
            expect({ path, some: cells.some((text) => /[1-9]/.test(text)) }).toEqual({ path, some: true });
          }
        }
        await page.context().close();
      },
    );

    test('it says what it is, and nobody can do more than look', async () => {
      const { body: me } = await operator.get<{ organisations: { id: string }[] }>('/api/v1/me');
      expect(me.organisations.find(({ id }) => id === filled.organisationId)).toMatchObject({
        demo: true,
        demoUntil: moment,
        role: 'viewer',
      });
      const server = { name: 'mine', host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: 'p' };
      for (const [path, body] of [
        ['/servers', server],
        ['/channels', { kind: 'webhook', url: 'https://1.1.1.1/' }],
        ['/invitations', { email: 'somebody@example.com', role: 'viewer' }],
        ['/api-keys', { name: 'k', scopes: ['bots:read'] }],
      ] as const)
        expect({ path, ...(await inDemo('POST', path, body)) }).toMatchObject({ path, status: 403 });
    });

    test('everybody may look at it as well, without being a member, and sees nobody who does', async () => {
      const guest = await signUpAt(new Rest(platform.url), 'demo-guest');
      const { body: me } = await guest.get<{ organisations: { id: string }[]; demo: object }>('/api/v1/me');
      expect(me.demo).toMatchObject({ id: filled.organisationId, demo: true, role: 'viewer' });
      expect(me.organisations.map(({ id }) => id)).not.toContain(filled.organisationId);
      const there = { 'tidegate-organisation': filled.organisationId };
      const statusOf = async (method: string, path: string, body?: object) =>
        (await guest.send(method, `/api/v1${path}`, body, there)).status;
      for (const path of ['/servers', '/bots', '/feed', '/usage/current', '/billing/invoices', '/channels'])
        expect({ path, status: await statusOf('GET', path) }).toEqual({ path, status: 200 });
      for (const path of ['/members', '/api-keys', '/organisation/audit', '/invitations'])
        expect({ path, status: await statusOf('GET', path) }).toEqual({ path, status: 403 });
      expect(await statusOf('POST', '/bots', {})).toBe(403);
      expect(await statusOf('DELETE', '/organisation?name=Harbour%20Coffee%20(demo)')).toBe(403);
      const rows = await asSuperuser<{ n: number }>(
        platform,
        `select count(*)::int as n from identity.members m join identity.users u on u.id = m.user_id
          where m.org_id = $1 and u.email = 'demo-guest@example.com'`,
        [filled.organisationId],
      );
      expect(rows).toEqual([{ n: 0 }]);
    });

    test.runIf(visit && chromiumPath())('somebody new finds it in the first steps and in the bar', async () => {
      if (!visit) return;
      const page = await visit.somebody();
      const home = await visit.register(page, 'Curious Person');
      await page.getByRole('link', { name: 'Or look at a demo first' }).click();
      await page.getByRole('note').filter({ hasText: 'Demo data' }).waitFor();
      expect(page.url()).toContain(filled.organisationId);
      await visit.settled(page);
      await page.getByRole('region', { name: 'What happened' }).getByRole('listitem').first().waitFor();
      expect(await visit.judge(page)).toEqual([]);
      const bar = page.getByRole('navigation', { name: 'Main' });
      expect(await bar.getByRole('link', { name: 'Team' }).count()).toBe(0);
      await page.getByLabel('Organisation').selectOption({ index: 0 });
      await page.waitForURL((url) => url.href.startsWith(home));
      await page.context().close();
    });

    test('filled again up to the same moment it is the same: nothing is doubled', async () => {
      const before = await stored();
      expect(before['monitor_agent.server_hours']).toBeGreaterThan(5 * 70);
      const again = await fill();
      expect(again.organisationId).toBe(filled.organisationId);
      expect(again.written).toEqual(filled.written);
      expect(await stored()).toEqual(before);
    });

    test('nothing of it is charged, counted as revenue, watched or sent', async () => {
      const organisation = filled.organisationId;
      const count = async (sql: string) => (await asSuperuser<{ n: number }>(platform, sql, [organisation]))[0]?.n;
      expect(await count('select count(*)::int as n from monitor_agent.server_leases where org_id = $1')).toBe(0);
      expect(await count('select count(*)::int as n from billing.revenue_facts where customer = $1')).toBe(0);
      expect(await count('select count(*)::int as n from notifier.delivery_queue where org_id = $1')).toBe(0);
      // The bots' trades were announced, to channels that subscribed to them: only the made-up deliveries are there.
      await until(
        async () => (await count('select count(*)::int as n from bot_executor.outbox where org_id = $1')) === 0,
        { what: 'trades to be announced' },
      );
      expect(await count('select count(*)::int as n from notifier.deliveries where org_id = $1')).toBe(
        filled.written['deliveries'],
      );
      const invoices = await operator.get<{ items: { organisationId: string }[] }>('/api/v1/operator/invoices');
      expect(invoices.body.items.map(({ organisationId }) => organisationId)).not.toContain(organisation);
      const listed = await operator.get<{ items: object[] }>(`/api/v1/operator/organisations?q=${organisation}`);
      expect(listed.body.items).toMatchObject([{ id: organisation, demo: true, mrr: [] }]);
      const charge = {
        currency: 'USD',
        amountMinor: 100,
        chargeKey: 'setting-up',
        description: 'Setting up',
        reason: 'A test',
        now: true,
      };
      const path = `/api/v1/operator/organisations/${organisation}`;
      expect(await operator.post(`${path}/charges`, charge)).toMatchObject({
        status: 409,
        body: { code: 'conflict', detail: expect.stringContaining('demo') },
      });
    });

    test('it is removed with everything in it, and can be filled anew', async () => {
      expect(await demo('--remove')).toContain('deleted');
      await until(async () => Object.keys(await stored()).length === 0, {
        withinMs: 60_000,
        everyMs: 500,
        what: 'all of it to be gone',
      });
      await expect(demo('--remove')).rejects.toThrow(/no demo/i);
      const anew = await fill();
      expect(anew.organisationId).not.toBe(filled.organisationId);
      expect(anew.written['servers']).toBe(filled.written['servers']);
      await demo('--remove');
    });
  });
}
