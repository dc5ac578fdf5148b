import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closing } from '@tidegate/testing/closing';
import { customersCatalogue } from '@tidegate/testing/customers/catalogue';
import { Customer } from '@tidegate/testing/customers/customer';
import { keepAsking } from '@tidegate/testing/customers/keep-asking';
import { judge } from '@tidegate/testing/customers/verdict';
import { type SmallDisk, smallDisk } from '@tidegate/testing/small-disk';
import { withSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import { IMAGE } from './engine.ts';
import { Stack } from './stack.ts';

/*
 * deploy/compose on a disk of its own, under customers who keep asking: while it changes its colour, and while the disk fills up.
 * What they were answered is compared with what is there; webhooks are not, because the stack reaches no private address.
 */

const MEGABYTES = 1_500;
const ON_IT = ['postgres', 'nats', 'disk'];
const NOTHING_WRONG = { lost: [], doubled: [], uncounted: 0, left: [], unbalanced: [] };
let stack: Stack;
let disk: SmallDisk;
let customers: Customer[];

beforeAll(async () => {
  const made = smallDisk(MEGABYTES);
  if (!made) throw new Error('This test needs a user who may mount a disk.');
  disk = made;
  closing(() => disk.close());
  stack = await Stack.make({ COMPOSE_PROFILES: 'blue', COMPOSE_FILE: 'compose.yaml:walk.yaml:disk.yaml' });
  writeFileSync(join(stack.folder, 'plans.yaml'), customersCatalogue());
  const volumes = ON_IT.map((name) => {
    const device = join(disk.folder, name);
    mkdirSync(device);
    return `  ${name}: { driver_opts: { type: none, o: bind, device: ${device} } }\n`;
  });
  writeFileSync(join(stack.folder, 'disk.yaml'), `volumes:\n${volumes.join('')}`);
  // Without Prometheus and Alertmanager, which nobody needs here.
  await stack.do('up', '-d', '--wait', '--wait-timeout', '900', 'caddy', 'postgres', 'nats', 'blue');
  await stack.believe();
  await stack.showAsLocal('blue');
  customers = [0, 1, 2].map((index) => new Customer(stack.url, `c${index}`));
  for (const customer of customers) await customer.signUp();
});

/** Some that are at work, and some that a customer waits for. */
async function trade(): Promise<void> {
  await Promise.all(customers.map((one) => one.startFleet(3)));
  const [customer] = customers as [Customer];
  const trader = await customer.startTrader();
  await until(async () => (await customer.closedTrades(trader)) > 0, { withinMs: 180_000, what: 'A trade' });
}

const isReady = async () => (await fetch(`${stack.url}/health/ready`)).ok;

test('another colour takes over while customers work: nothing is lost, nothing doubled', async () => {
  const load = keepAsking(customers);
  await trade();
  await Promise.all(customers.map((one) => one.startFleet(3)));
  await stack.script(IMAGE);
  await trade();
  await Promise.all(customers.map((one) => one.startFleet(3)));
  await stack.script(IMAGE);
  await trade();
  await load.stop();
  expect(await judge(stack, customers)).toMatchObject(NOTHING_WRONG);
});

test('the oldest samples go first, then customers are told, and after a full disk all of it goes on by itself', async () => {
  const [customer] = customers as [Customer];
  await withSuperuser(stack, (client) =>
    client.query("set search_path = monitor_agent; select ensure_day_partitions('activity_samples', 9, 0)"),
  );
  const oldDays = () =>
    withSuperuser(stack, async (client) => {
      const { rowCount } = await client.query(
        `select from pg_inherits where inhparent = 'monitor_agent.activity_samples'::regclass
            and to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') < (now() at time zone 'utc')::date - 1`,
      );
      return rowCount;
    });
  expect(await oldDays()).toBeGreaterThan(5);
  disk.leave(8);
  await until(async () => (await oldDays()) === 0, {
    withinMs: 180_000,
    everyMs: 500,
    what: 'The oldest samples to go',
  });
  const create = () => customer.send('POST', '/api/v1/usage/events', { events: [] });
  expect((await create()).status).not.toBe(503);
  disk.leave(3);
  const refused = await until(
    async () => {
      const answer = await create();
      return answer.status === 503 && answer;
    },
    { withinMs: 60_000, everyMs: 500, what: 'The refusal' },
  );
  expect(refused.body).toMatchObject({ code: 'storage_full' });

  disk.leave(50);
  const load = keepAsking(customers);
  await trade();
  disk.fill();
  await until(
    async () => /No space left|no space left/.test(await stack.do('logs', '--no-color', 'postgres', 'nats')),
    {
      withinMs: 300_000,
      everyMs: 1_000,
      what: 'A server to find no room',
    },
  );
  disk.leave(50);
  await until(isReady, { withinMs: 300_000, everyMs: 500, what: 'The platform to be ready again' });
  await trade();
  await load.stop();
  expect(await judge(stack, customers)).toMatchObject(NOTHING_WRONG);
});

/** What monitoring says of a JetStream that a full disk has switched off: whether one does depends on what it was writing. */
const OFF = `#!/bin/sh
case "$*" in *jsz*) echo '{ "disabled": true' ;; esac
`;

test('a nats-server whose JetStream is off is ended by its health check once there is room, and started again', async () => {
  const sh = (script: string) => stack.exec('nats', 'sh', '-c', script);
  const startedAt = () => stack.inspect<string>('nats', '.State.StartedAt');
  const ask = (times: number) =>
    sh(`for turn in $(seq ${times}); do PATH=/tmp/off:$PATH sh /etc/nats/check-health; done; true`);
  const before = await startedAt();
  await sh(`mkdir -p /tmp/off; cat > /tmp/off/wget <<'END'\n${OFF}END\nchmod +x /tmp/off/wget`);
  disk.fill();
  // It would be stuck again.
  await ask(4);
  expect(await startedAt()).toBe(before);
  disk.leave(50);
  await ask(4).catch(() => undefined);
  await until(async () => (await startedAt()) !== before, { withinMs: 60_000, everyMs: 500, what: 'its next start' });
  expect(await stack.do('logs', '--no-color', 'nats')).toContain('nats-server is ended, to be started again');
  await until(isReady, { withinMs: 300_000, everyMs: 500, what: 'The platform to be ready again' });
});
