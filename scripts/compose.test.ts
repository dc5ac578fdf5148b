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
  networks: string[];
  restart: string;
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
    // Migrations have ended before the services begin.
    const running = Object.entries(services).filter(
      ([name, { profiles = [profile, 'grafana'] }]) =>
        name !== 'migrate' && profiles.some((one) => [profile, 'grafana'].includes(one)),
    );
    const memory = running.map(([, one]) => Number.parseInt(byDefault(one.mem_limit), 10));
    const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
    expect(sum(running.map(([, one]) => Number(byDefault(one.cpus))))).toBeLessThan(2);
    const other = profile === 'blue' ? Number.parseInt(services['green']?.mem_limit ?? '', 10) : 0;
    expect(sum(memory) + other).toBeLessThan(4_096);
  },
);

test('nothing is published but Caddy, every log is bounded, and the databases are on networks that lead nowhere', () => {
  for (const [name, service] of Object.entries(services)) {
    expect({ name, ports: service.ports?.length ?? 0 }).toEqual({ name, ports: name === 'caddy' ? 2 : 0 });
    expect(service.logging.options).toMatchObject({ 'max-size': expect.any(String), 'max-file': expect.any(String) });
  }
  for (const name of ['postgres', 'nats', 'prometheus'])
    for (const network of services[name]?.networks ?? []) expect(networks[network]).toMatchObject({ internal: true });
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
