import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Load } from '@tidegate/testing/load';
import { adminPassword, Rest } from '@tidegate/testing/platform';
import { FINDING, typedCommands } from '@tidegate/testing/runbooks';
import { until } from '@tidegate/testing/until';
import { firstJob, type Walked } from '../first-job.ts';
import { BOT_SETTINGS, signUpAt } from '../people.ts';
import { Engine, IMAGE } from './engine.ts';
import { Stack } from './stack.ts';

/* deploy/compose with everything of Tidegate in one process, as a server has it, but for Grafana: no image of it is reachable. */

let stack: Stack;
/** The walk is declared before anything is up. */
const walked: Walked = {
  get url() {
    return stack.url;
  },
  get dataDir() {
    return stack.dataDir;
  },
  hidesMetrics: true,
  log: () => stack.log(),
};

beforeAll(async () => {
  const backups = { BACKUP_TO: '/backups', BACKUP_PASSPHRASE: 'seven words that nobody guesses' };
  stack = await Stack.make(
    { COMPOSE_PROFILES: 'blue,redis' },
    { ...backups, RATE_LIMIT_REDIS_URL: 'redis://redis:6379' },
  );
  await stack.do('up', '-d', '--wait', '--wait-timeout', '900');
  await stack.believe();
  await stack.showAsLocal('blue');
});

const isReady = async () => (await fetch(`${stack.url}/health/ready`)).ok;
const logIn = async () =>
  (await new Rest(stack.url).post('/api/v1/sessions', { email: 'admin@localhost', password: adminPassword(stack) }))
    .status;

test('only the two ports of Caddy are published, and plain HTTP leads to HTTPS', async () => {
  const services = (await stack.do('ps', '--services')).split('\n');
  expect(services.sort()).toEqual(['alertmanager', 'blue', 'caddy', 'nats', 'postgres', 'prometheus', 'redis']);
  for (const service of services) {
    const ports = await stack.inspect<Record<string, { HostPort: string }[] | null>>(
      service,
      '.HostConfig.PortBindings',
    );
    const published = Object.entries(ports ?? {})
      .filter(([, places]) => places?.length)
      .map(([port]) => port);
    expect({ service, published }).toEqual({ service, published: service === 'caddy' ? ['443/tcp', '80/tcp'] : [] });
  }
  const [port] = (await stack.do('port', 'caddy', '80')).split(':').slice(-1);
  const plain = await fetch(`http://127.0.0.1:${port}/`, { headers: { host: 'tidegate.test' }, redirect: 'manual' });
  expect(plain.status).toBe(308);
});

test('no container can change its own files or gain rights, and each has its limits', async () => {
  for (const service of ['blue', 'caddy', 'nats', 'postgres', 'redis', 'prometheus', 'alertmanager']) {
    const host = await stack.inspect<{
      ReadonlyRootfs: boolean;
      Memory: number;
      SecurityOpt: string[];
      CapAdd: string[] | null;
    }>(service, '.HostConfig');
    expect({ service, root: host.ReadonlyRootfs }).toEqual({ service, root: service !== 'prometheus' });
    expect({ service, memory: host.Memory > 0 }).toEqual({ service, memory: true });
    expect(host.SecurityOpt.join()).toContain('no-new-privileges');
  }
});

firstJob(walked);

/** What Prometheus asks of us, and whether it is answered. */
const targets = async () => [...(await stack.ask('up{job="tidegate"}')).values()];
const backupsOf = async (colour: string): Promise<{ id: string }[]> =>
  JSON.parse(await stack.exec(colour, 'tidegate', 'backup', 'list', '--json'));

test('Prometheus reads the metrics of the platform, with the token', async () => {
  await until(async () => (await targets()).join() === '1', {
    withinMs: 60_000,
    everyMs: 500,
    what: 'the platform to be scraped',
  });
});

test('the database of the stack is backed up, what is written since as well, and Prometheus knows', async () => {
  await until(async () => (await backupsOf('blue')).length > 0, {
    withinMs: 120_000,
    everyMs: 1_000,
    what: 'a backup',
  });
  const lag = () => stack.ask('tidegate_backup_wal_lag_seconds');
  await until(async () => (await lag()).size === 1, { withinMs: 120_000, everyMs: 1_000, what: 'its archive' });
  // PostgreSQL keeps what was not archived, up to a bound.
  const slot = "select wal_status from pg_replication_slots where slot_name = 'tidegate_backup'";
  const kept = await stack.exec('postgres', 'psql', '-U', 'tidegate', '-d', 'tidegate', '-Atc', slot);
  expect(['reserved', 'extended']).toContain(kept);
  // Counts of a minute.
  const counted = async () => (await isReady()) && (await stack.exec('redis', 'valkey-cli', 'keys', '*')) !== '';
  await until(async () => (await logIn()) === 201 && (await counted()), {
    withinMs: 60_000,
    everyMs: 500,
    what: 'requests to be counted in Redis',
  });
});

/** Of each command of the runbooks that did not end well, what it said. */
const typed = async (type: (argv: string[]) => Promise<string>, commands: string[][]): Promise<string[]> => {
  const said: string[] = [];
  for (const argv of commands)
    await type(argv).catch((error: { code: number; stdout: string; stderr: string }) => {
      // A doctor who finds something ends with 1.
      if (!(FINDING.test(argv.join(' ')) && error.code === 1 && error.stdout.includes('\u2717')))
        said.push(`${argv.join(' ')}: ${error.code} ${error.stdout}${error.stderr}`);
    });
  return said;
};

test('what the runbooks tell people to type works as they say for a colour', async () => {
  expect(await typed((argv) => stack.exec('blue', 'tidegate', ...argv), typedCommands())).toEqual([]);
  const healthy = await stack.exec('blue', 'tidegate', 'doctor', '--production').catch(({ stdout }) => String(stdout));
  expect(healthy).not.toContain('insecure_allowed');
});

for (const part of ['nats', 'postgres', 'blue', 'caddy', 'prometheus'])
  test(`${part} may be killed: it comes back, and the platform with it`, async () => {
    const before = await stack.inspect<string>(part, '.State.StartedAt');
    await stack.kill(part);
    await until(
      async () => {
        const state = await stack.inspect<{ StartedAt: string; Running: boolean }>(part, '.State');
        return state.Running && state.StartedAt !== before;
      },
      { withinMs: 60_000, everyMs: 500, what: `${part} to be started again` },
    );
    await until(async () => (await isReady()) && (await logIn()) === 201, {
      withinMs: 120_000,
      everyMs: 500,
      what: 'the platform to be ready again',
    });
  });

test('another version takes over behind Caddy without a failed request, and one that cannot start changes nothing', async () => {
  const engine = await Engine.find();
  // The next version has one more migration, and is backed up before it.
  const next = mkdtempSync(join(tmpdir(), 'tidegate-next-'));
  writeFileSync(join(next, '9999-made-up.sql'), '-- phase: expand\ncreate table made_up_notes (id int);\n');
  const lines = [`FROM ${IMAGE}`, 'COPY *.sql /app/services/usage/migrations/'];
  // And lets the bus have one more subject, and its own Caddyfile, which the operator has changed here.
  const nats = readFileSync(join(stack.folder, 'nats/nats.conf'), 'utf8');
  const caddy = readFileSync(join(stack.folder, 'caddy/Caddyfile'), 'utf8');
  writeFileSync(join(next, 'nats.conf'), nats.replace('"wake.gateway.', '"made.up", "wake.gateway.'));
  writeFileSync(join(next, 'Caddyfile'), `${caddy}# of the next version\n`);
  writeFileSync(join(stack.folder, 'caddy/Caddyfile'), `${caddy}# of the operator\n`);
  lines.push('COPY nats.conf /app/deploy/compose/nats/', 'COPY Caddyfile /app/deploy/compose/caddy/');
  writeFileSync(join(next, 'Dockerfile'), `${lines.join('\n')}\n`);
  await engine.build({ file: join(next, 'Dockerfile'), tag: `${IMAGE}-next`, context: next });
  const before = (await backupsOf('blue')).length;
  const rest = new Rest(stack.url);
  const owner = await signUpAt(rest, 'blue-green');
  const made = await owner.post<{ key: string }>('/api/v1/api-keys', {
    name: 'load',
    scopes: ['bots:read', 'bots:write'],
  });
  const headers = { authorization: `Bearer ${made.body.key}`, 'content-type': 'application/json' };
  const bot = await owner.post<{ id: string }>('/api/v1/bots', { name: 'renamed', settings: BOT_SETTINGS });
  const load = new Load({
    clients: 6,
    pauseMs: 50,
    // Reads, and writes that no proxy may send a second time.
    ask: (client) =>
      client % 2 === 0
        ? fetch(`${stack.url}/api/v1/bots`, { headers })
        : fetch(`${stack.url}/api/v1/bots/${bot.body.id}`, {
            method: 'PATCH',
            headers,
            body: JSON.stringify({ name: `b${client}` }),
          }),
  });
  const said = await stack.script(`${IMAGE}-next`);
  expect(said).toContain(`green runs ${IMAGE}-next`);
  expect(readFileSync(join(stack.folder, 'nats/nats.conf'), 'utf8')).toContain('"made.up"');
  expect(await stack.do('logs', '--no-color', 'nats')).toMatch(/Reloaded.*authorization|Reloaded server configuration/);
  expect(said).toContain('compare it with caddy/Caddyfile.new');
  expect(readFileSync(join(stack.folder, 'caddy/Caddyfile'), 'utf8')).toContain('# of the operator');
  expect(await stack.do('logs', '--no-color', 'green')).toMatch(/A backup is made before 1 migrations.*Backup \S+ in/s);
  expect((await backupsOf('green')).length).toBeGreaterThan(before);
  await expect(stack.script('localhost/tidegate:never-built')).rejects.toThrow(/green goes on as before/);
  await stack.script(IMAGE);
  expect(readFileSync(join(stack.folder, 'nats/nats.conf'), 'utf8')).toBe(nats);
  const report = await load.stop();
  expect(report).toMatchObject({ failures: [], refused: 0, reset: 0 });
  expect(Object.keys(report.statuses)).toEqual(['200']);
  expect(report.statuses[200]).toBeGreaterThan(50);
  expect(readFileSync(join(stack.folder, '.env'), 'utf8')).toContain('COMPOSE_PROFILES=blue,redis\n');
  expect((await stack.do('ps', '--services')).split('\n')).not.toContain('green');
  expect(await logIn()).toBe(201);
  // The colour that is gone is no target that is down.
  await until(async () => (await targets()).join() === '1', {
    withinMs: 120_000,
    everyMs: 1_000,
    what: 'one process to be left',
  });
});
