import { adminPassword, Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { BOT_SETTINGS, signUpAt } from '../people.ts';
import { Stack } from './stack.ts';

/* deploy/compose with a process per service: each has only its own secrets, so a walk through all of them is the test. */

const SERVICES = ['identity', 'billing', 'usage', 'monitor-agent', 'bot-executor', 'notifier', 'gateway'];
let stack: Stack;

beforeAll(async () => {
  // The limits are for a server that does nothing else.
  stack = await Stack.make(
    { COMPOSE_PROFILES: 'services,backups', SERVICE_CPUS: '1', SERVICE_MEMORY: '256m' },
    { BACKUP_TO: '/backups', BACKUP_PASSPHRASE: 'seven words that nobody guesses' },
  );
  await stack.do('up', '-d', '--wait', '--wait-timeout', '900');
  await stack.believe();
  await stack.showAsLocal('identity');
});

test('a customer signs up, trades on paper and is counted; the operator logs in', async () => {
  const rest = new Rest(stack.url);
  const customer = await signUpAt(rest, 'in-services');
  const { body: bot, status } = await customer.post<{ id: string }>('/api/v1/bots', {
    name: 'first',
    settings: BOT_SETTINGS,
  });
  expect(status).toBe(201);
  await customer.post(`/api/v1/bots/${bot.id}/start`);
  const used = async () => {
    const { body } = await customer.get<{ items: { meter: string; used: number }[] }>('/api/v1/usage/current');
    return body.items.find(({ meter }) => meter === 'bot_orders')?.used ?? 0;
  };
  await until(async () => (await used()) > 0, { withinMs: 120_000, everyMs: 500, what: 'orders to be counted' });
  const login = { email: 'admin@localhost', password: adminPassword(stack) };
  expect((await rest.post('/api/v1/sessions', login)).status).toBe(201);
});

test('each process has the passwords of its own service and no other’s', async () => {
  for (const service of SERVICES) {
    const environment = await stack.inspect<string[]>(service, '.Config.Env');
    const own = service.toUpperCase().replaceAll('-', '_');
    const held = environment
      .map((line) => line.split('=')[0] ?? '')
      .filter((name) =>
        /_DATABASE_PASSWORD$|^NATS_.*_PASSWORD$|_ENCRYPTION_KEY$|_PRIVATE_KEY$|^POSTGRES_PASSWORD$/.test(name),
      )
      .filter((name) => !name.includes(own));
    // Identity keeps the streams.
    expect({ service, held }).toEqual({ service, held: service === 'identity' ? ['NATS_PLATFORM_PASSWORD'] : [] });
  }
});

test('backups have a process of their own, which alone says to Prometheus how old they are', async () => {
  const age = () => stack.ask('tidegate_backup_age_seconds');
  const [instance] = await until(
    async () => {
      const known = [...(await age()).keys()];
      return known.length > 0 && known;
    },
    { withinMs: 180_000, everyMs: 1_000, what: 'the first backup' },
  );
  expect([...(await stack.ask('tidegate_backup_configured == 1')).keys()]).toEqual([instance]);
  // Seven services, and the one for backups.
  expect([...(await stack.ask('up{job="tidegate"} == 1')).keys()]).toHaveLength(8);
});

test('what the runbooks tell people to type works as they say for a process per service', async () => {
  const where = ['run', '--rm', '-T', 'migrate'];
  for (const what of ['dead-letters', 'incidents']) await stack.do(...where, what, 'list');
  expect(await stack.do(...where, 'keys', 'status')).toContain('current');
  expect(await stack.exec('backups', 'tidegate', 'backup', 'list')).toMatch(/\d/);
});

test('a service that is killed comes back', async () => {
  const before = await stack.inspect<string>('billing', '.State.StartedAt');
  await stack.kill('billing');
  await until(async () => (await stack.inspect<string>('billing', '.State.StartedAt')) !== before, {
    withinMs: 60_000,
  });
  await until(() => stack.exec('billing', 'node', '/app/check-health.mjs').then(() => true), {
    withinMs: 60_000,
    everyMs: 500,
  });
});
