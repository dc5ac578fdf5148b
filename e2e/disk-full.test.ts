import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closing } from '@tidegate/testing/closing';
import { customersCatalogue } from '@tidegate/testing/customers/catalogue';
import { Customer } from '@tidegate/testing/customers/customer';
import { keepAsking } from '@tidegate/testing/customers/keep-asking';
import { judge } from '@tidegate/testing/customers/verdict';
import { startWebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { startPlatform } from '@tidegate/testing/platform';
import { smallDisk } from '@tidegate/testing/small-disk';
import { withSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';

/* A disk of its own, in memory, which only root can make. */
const MEGABYTES = 700;
const disk = smallDisk(MEGABYTES, { inMemory: true });
const folder = disk?.folder ?? '';
if (!disk) process.stderr.write('disk-full.test.ts: skipped, this user may not mount a disk\n');

test.runIf(disk)(
  'a disk that fills up: samples go first, customers are told, nothing is lost, and all of it goes on by itself',
  async () => {
    closing(() => disk?.close());
    const catalogue = join(mkdtempSync(join(tmpdir(), 'tidegate-plans-')), 'plans.yaml');
    writeFileSync(catalogue, customersCatalogue());
    const dataDir = join(folder, 'data');
    const RATES = { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000000' };
    const platform = await startPlatform({ dataDir, env: { ...RATES, PLANS_FILE: catalogue } });
    closing(() => platform.stop());
    const receiver = await startWebhookReceiver();
    closing(() => receiver.close());
    const customers = [0, 1].map((index) => new Customer(platform.url, `c${index}`));
    for (const customer of customers) {
      await customer.signUp();
      await customer.addWebhook(`http://127.0.0.1:${receiver.port}/${customer.name}`);
    }
    const [customer] = customers as [Customer];
    const bot = await customer.createBot();
    const create = () => customer.send('POST', '/api/v1/usage/events', { events: [] });

    // Of days before yesterday, which has partitions like every other.
    await withSuperuser(platform, (client) =>
      client.query("set search_path = monitor_agent; select ensure_day_partitions('activity_samples', 9, 0)"),
    );
    const oldDays = () =>
      withSuperuser(platform, async (client) => {
        const { rowCount } = await client.query(
          `select from pg_inherits where inhparent = 'monitor_agent.activity_samples'::regclass
              and to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') < (now() at time zone 'utc')::date - 1`,
        );
        return rowCount;
      });
    expect(await oldDays()).toBeGreaterThan(5);
    disk?.leave(8);
    await until(async () => (await oldDays()) === 0, { withinMs: 120_000, what: 'The oldest samples to go' });
    // Not full yet: everything goes on.
    expect((await create()).status).not.toBe(503);

    disk?.leave(3);
    const refused = await until(
      async () => {
        const answer = await create();
        return answer.status === 503 && answer;
      },
      { what: 'The refusal' },
    );
    expect(refused.body).toMatchObject({ code: 'storage_full', retryAfterSeconds: 60 });
    expect(refused.retryAfterMs).toBe(5_000);
    // The way out is open: reading, changing, stopping, deleting, and logging in.
    expect((await customer.send('GET', '/api/v1/bots?limit=1')).status).toBe(200);
    expect((await customer.send('PATCH', `/api/v1/bots/${bot}`, { name: 'renamed' })).status).toBe(200);
    const admin = { email: `${customer.name}@example.com`, password: 'correct horse battery' };
    expect((await customer.send('POST', '/api/v1/sessions', admin, { token: '' })).status).toBe(201);

    disk?.leave(50);
    const load = keepAsking(customers);
    closing(() => load.stop());
    await customer.startTrader();
    // Not a byte is left while they work.
    disk?.leave(0);
    const said = () =>
      ['nats/nats.log', 'postgres/postgres.log', 'logs/tidegate.log'].some((file) => {
        const path = join(dataDir, file);
        return existsSync(path) && /no space left on device/i.test(readFileSync(path, 'utf8'));
      });
    await until(() => said() || undefined, { withinMs: 120_000, what: 'A server to find no space' });
    expect((await fetch(`${platform.url}/health/live`)).status).toBe(200);
    disk?.leave(50);
    await until(async () => (await fetch(`${platform.url}/health/ready`)).ok, {
      withinMs: 180_000,
      what: 'The platform to be ready again',
    });
    await customer.startTrader();
    await load.stop();
    const verdict = await judge(platform, customers, receiver.requests);
    expect(verdict).toMatchObject({ lost: [], doubled: [], uncounted: 0, left: [], unbalanced: [] });
    expect(customers.map(({ tally }) => tally.unhelpful)).toEqual([0, 0]);
  },
);
