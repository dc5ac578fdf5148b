import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { closing } from '@tidegate/testing/closing';
import { customersCatalogue } from '@tidegate/testing/customers/catalogue';
import { Customer } from '@tidegate/testing/customers/customer';
import { keepAsking } from '@tidegate/testing/customers/keep-asking';
import { judge } from '@tidegate/testing/customers/verdict';
import { startWebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { type Platform, startPlatform } from '@tidegate/testing/platform';
import { withSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';

/*
 * `npm run test:upgrade` says where the release before is. Customers never stop working: each of their writes is sent
 * until it is acknowledged, whichever release answers.
 */
const BEFORE = process.env['RELEASE_BEFORE'] ?? '';
const CUSTOMERS = 4;
const RATES = { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000000' };

const folder = (name: string): string => mkdtempSync(join(tmpdir(), `tidegate-${name}-`));

test('an upgrade, the way back and the upgrade again lose nothing and double nothing, and begin with a backup', async () => {
  const [dataDir, store, port] = [folder('upgraded'), folder('backups'), await freePort()];
  const catalogue = join(folder('plans'), 'plans.yaml');
  writeFileSync(catalogue, customersCatalogue());
  const receiver = await startWebhookReceiver();
  closing(() => receiver.close());
  let platform: Platform | undefined;
  closing(() => platform?.stop());
  const change = async (root: string, env: NodeJS.ProcessEnv = {}): Promise<Platform> => {
    // A machine that is too busy for an orderly stop loses nothing either.
    await platform?.stop();
    platform = await startPlatform({ dataDir, port, root, env: { ...RATES, PLANS_FILE: catalogue, ...env } });
    return platform;
  };

  const { url } = await change(BEFORE);
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => new Customer(url, `c${index}`));
  for (const customer of customers) {
    await customer.signUp();
    await customer.addWebhook(`http://127.0.0.1:${receiver.port}/${customer.name}`);
  }
  const load = keepAsking(customers);
  closing(() => load.stop());
  /** Each release carries out what the other began, and something of its own. */
  const work = async (): Promise<void> => {
    const traders = await Promise.all(customers.map((one) => one.startTrader()));
    await Promise.all(customers.map((one) => one.startFleet(3)));
    await until(async () => ((await customers[0]?.closedTrades(traders[0] ?? '')) ?? 0) > 0, {
      withinMs: 60_000,
      what: 'A trade',
    });
  };
  await work();

  // At least one migration is to run, also right after a release.
  await withSuperuser({ dataDir }, (client) =>
    client.query("delete from notifier.migrations where name = '0004-enter-without-lock.sql'"),
  );
  const backups = { BACKUP_TO: store, BACKUP_PASSPHRASE: 'a long way from here', BACKUP_DRILL_EVERY_DAYS: '0' };
  const upgraded = await change(process.cwd(), backups);
  expect(upgraded.log()).toMatch(/A backup is made before \d+ migrations.*Backup \S+ in .*Ready after/s);
  expect(readdirSync(join(store, 'backups'))).not.toEqual([]);
  await work();
  await change(BEFORE);
  await work();
  const again = await change(process.cwd());
  expect(again.log()).not.toMatch(/backup/i);
  await work();

  await load.stop();
  const verdict = await judge(again, customers, receiver.requests);
  expect(verdict).toMatchObject({ lost: [], doubled: [], uncounted: 0, left: [], unbalanced: [] });
  expect(Math.min(...customers.map(({ events }) => events))).toBeGreaterThan(0);
});
