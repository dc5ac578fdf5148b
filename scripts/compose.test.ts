import { readFileSync } from 'node:fs';
import { makeSecrets } from '@tidegate/runtime/secrets-file';
import { parse } from 'yaml';
import { environmentFile } from '../cli/src/environment-file.ts';

/* What of deploy/compose can be judged without an engine; `npm run test:containers` starts it. */

interface Service {
  profiles?: string[];
  mem_limit: string;
  cpus: number | string;
  ports?: string[];
  logging: { options: Record<string, string> };
  environment?: Record<string, string>;
  networks: string[] | Record<string, { aliases?: string[] }>;
  command?: string[];
  restart: string;
  volumes?: string[];
}

const text = readFileSync('deploy/compose/compose.yaml', 'utf8');
const { services, networks } = parse(text, { merge: true, maxAliasCount: -1 }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
};

/** What `${NAME:-default}` is when nobody says otherwise. */
const byDefault = (value: number | string): string => String(value).replace(/^\$\{\w+:-(.*)\}$/, '$1');

test.each(['blue', 'services'])(
  'the limits of profile %s, and of what changes and watches it, are below 2 CPUs and 4 GB',
  (profile) => {
    // A colour makes its backups itself.
    const chosen = [profile, 'redis', 'grafana', ...(profile === 'services' ? ['backups'] : [])];
    // Migrations have ended before the services begin.
    const running = Object.entries(services).filter(
      ([name, { profiles = chosen }]) => name !== 'migrate' && profiles.some((one) => chosen.includes(one)),
    );
    const memory = running.map(([, one]) => Number.parseInt(byDefault(one.mem_limit), 10));
    const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
    expect(sum(running.map(([, one]) => Number(byDefault(one.cpus))))).toBeLessThan(2);
    const other = profile === 'blue' ? Number.parseInt(services['green']?.mem_limit ?? '', 10) : 0;
    expect(sum(memory) + other).toBeLessThan(4_096);
  },
);

const networksOf = (name: string): string[] => {
  const on = services[name]?.networks ?? [];
  return Array.isArray(on) ? on : Object.keys(on);
};

test('every process of ours has the name by which Prometheus finds it, at the port where it answers', () => {
  const { scrape_configs: jobs } = parse(readFileSync('deploy/compose/prometheus/prometheus.yml', 'utf8')) as {
    scrape_configs: { job_name: string; dns_sd_configs?: { names: string[]; port: number }[] }[];
  };
  const looked = jobs.find(({ job_name }) => job_name === 'tidegate')?.dns_sd_configs ?? [];
  for (const [name, { networks: on, environment }] of Object.entries(services)) {
    if (name === 'migrate' || environment?.['PUBLIC_URL'] === undefined) continue;
    const aliases = Array.isArray(on) ? [] : (on['watch']?.aliases ?? []);
    const ports = looked.filter(({ names }) => names.some((one) => aliases.includes(one))).map(({ port }) => port);
    const withGateway = ['blue', 'green', 'gateway'].includes(name);
    expect({ name, ports }).toEqual({ name, ports: [withGateway ? 3_000 : 3_001] });
  }
});

test('whoever asks how much room there is sees the disk of the volumes', () => {
  const asks = ['blue', 'green', 'gateway', 'monitor-agent'];
  for (const name of asks) {
    expect({ name, folders: services[name]?.environment?.['DISK_FOLDERS'] }).toEqual({ name, folders: '/disk' });
    expect({ name, volumes: services[name]?.volumes }).toMatchObject({
      name,
      volumes: expect.arrayContaining(['disk:/disk:ro']),
    });
  }
});

test('PostgreSQL lets the role of migrations make backups, in a cluster as well, and keeps a bounded part for them', () => {
  const rules = readFileSync('deploy/compose/postgres/pg_hba.conf', 'utf8');
  expect(rules).toMatch(/^host +replication +tidegate +all +scram-sha-256$/m);
  expect(readFileSync('deploy/k8s/components/postgres/pg_hba.conf', 'utf8')).toBe(rules);
  const pod = readFileSync('deploy/k8s/components/postgres/postgres.yaml', 'utf8');
  const settings = services['postgres']?.command?.filter((word) => word.startsWith('-c')) ?? [];
  expect(settings).toEqual(
    expect.arrayContaining(['-chba_file=/docker-entrypoint-initdb.d/pg_hba.conf', '-cmax_slot_wal_keep_size=2GB']),
  );
  for (const setting of settings) expect(pod).toContain(`- ${setting}\n`);
});

test('nothing is published but Caddy, every log is bounded, and the databases are on networks that lead nowhere', () => {
  for (const [name, service] of Object.entries(services)) {
    expect({ name, ports: service.ports?.length ?? 0 }).toEqual({ name, ports: name === 'caddy' ? 2 : 0 });
    expect(service.logging.options).toMatchObject({ 'max-size': expect.any(String), 'max-file': expect.any(String) });
  }
  for (const name of ['postgres', 'nats', 'redis', 'prometheus'])
    for (const network of networksOf(name)) expect(networks[network]).toMatchObject({ internal: true });
});

test('each secret is asked of .env and never has a default, and `tidegate env print` writes all that is asked', () => {
  const asked = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name);
  expect(asked).toEqual(expect.arrayContaining(Object.keys(makeSecrets())));
  const written = environmentFile('https://tidegate.example.com', 'me@example.com');
  for (const name of asked) expect(written).toMatch(new RegExp(`^${name}=.+$`, 'm'));
  const secret = [...text.matchAll(/\$\{(\w*(?:PASSWORD|KEY|TOKEN|SECRET)\w*)(?!\w|:\?)/g)].map(([, name]) => name);
  expect(secret).toEqual([]);
});

test('nats-server of the stack knows a user and a password for each member of the bus', () => {
  const known = readFileSync('deploy/compose/nats/nats.conf', 'utf8').match(/\$NATS_\w+_PASSWORD/g);
  const given = Object.keys(services['nats']?.environment ?? {}).map((name) => `$${name}`);
  expect(new Set(known)).toEqual(new Set(given));
  expect(known).toHaveLength(given.length);
});

test.each([
  ['http://tidegate.example.com', 'me@example.com'],
  ['https://tidegate.example.com/path', 'me@example.com'],
  ['tidegate.example.com', 'me@example.com'],
  ['https://tidegate.example.com', 'nobody'],
])('no environment is written for %s and %s', (url, certificates) => {
  expect(() => environmentFile(url, certificates)).toThrow(/Fix:/);
});
