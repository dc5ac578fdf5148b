import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErrorCollector } from '@tidegate/testing/fakes/error-collector';
import { adminPassword, type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { runTidegate } from '../../test/run-tidegate.ts';
import { typeRunbooks } from '../../test/type-runbooks.ts';

/* What everybody, and a program that guards a server, sees of a whole installation; what its operator types there at night. */
const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-public-'));
let platform: Platform;
let collector: ErrorCollector;

beforeAll(async () => {
  collector = await ErrorCollector.start();
  platform = await startPlatform({
    dataDir,
    env: { SECURITY_CONTACT: 'mailto:security@example.com', SENTRY_DSN: collector.dsn },
  });
});
afterAll(async () => {
  await platform.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function tidegate(...args: string[]): Promise<string> {
  const { stdout, failed } = await runTidegate(dataDir, args);
  expect(failed).toBeUndefined();
  return stdout;
}

interface Shown {
  state: string;
  incidents: { id: string; title: string; state: string; updates: { text: string }[] }[];
}
const shown = async (): Promise<Shown> => (await fetch(`${platform.url}/status.json`)).json() as Promise<Shown>;

async function operator(): Promise<Rest> {
  const rest = new Rest(platform.url);
  const login = { email: 'admin@localhost', password: adminPassword(platform) };
  const { body } = await rest.post<{ accessToken: string }>('/api/v1/sessions', login);
  return rest.as(body.accessToken);
}

const SEEN = { what: 'the page shows it' };

test('an incident is opened in a terminal, goes on by REST, and is read by everybody', async () => {
  const opened = await tidegate(
    'incidents',
    'open',
    'Late invoices',
    'Invoices come an hour late.',
    '--components',
    'billing',
  );
  const id = opened.slice(0, 36);
  await until(async () => (await shown()).incidents[0]?.id === id, SEEN);
  const rest = await operator();
  const path = `/api/v1/operator/incidents/${id}/updates`;
  expect((await rest.post(path, { state: 'resolved', text: 'They are sent.' })).status).toBe(201);
  expect((await rest.post(path, { state: 'over', text: 'x' })).status).toBe(422);
  expect((await new Rest(platform.url).post(path, { state: 'resolved', text: 'x' })).status).toBe(401);
  await until(async () => (await shown()).incidents[0]?.state === 'resolved', SEEN);
  const page = await (await fetch(`${platform.url}/status`)).text();
  expect(page).toContain('Late invoices');
  expect(page).toContain('They are sent.');
  expect(await (await fetch(`${platform.url}/status.atom`)).text()).toContain('Late invoices (resolved)');
});

test('the page answers while nothing else does', async () => {
  const pid = Number(readFileSync(join(dataDir, 'nats', 'nats.pid'), 'utf8'));
  process.kill(pid, 'SIGSTOP');
  try {
    const response = await fetch(`${platform.url}/status`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Late invoices');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until(async () => (await fetch(`${platform.url}/health/ready`)).ok);
});

test('whoever finds a hole learns whom to tell', async () => {
  const response = await fetch(`${platform.url}/.well-known/security.txt`);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await response.text()).toMatch(/^Contact: mailto:security@example\.com\nExpires: \d{4}-/);
});

test('fail2ban finds who guesses passwords, and nobody else', async ({ skip }) => {
  if (spawnSync('fail2ban-regex', ['--version']).error) skip('fail2ban is not installed');
  const rest = new Rest(platform.url);
  const wrong = { email: 'admin@localhost', password: 'not this one, "msg":"Log-in failed"' };
  for (let index = 0; index < 3; index += 1) expect((await rest.post('/api/v1/sessions', wrong)).status).toBe(401);
  await operator();
  const file = join(dataDir, 'guard.log');
  const log = () => readFileSync(join(dataDir, 'logs', 'tidegate.log'), 'utf8');
  await until(async () => log().split('"Log-in failed"').length > 3);
  // As if it came from outside: fail2ban leaves this machine's own addresses alone.
  writeFileSync(file, log().replaceAll(/"address":"[^"]*"/g, '"address":"203.0.113.7"'));
  const { stdout } = spawnSync('fail2ban-regex', ['--out', 'ip', file, 'docs/fail2ban/tidegate.conf'], {
    encoding: 'utf8',
  });
  expect(stdout.trim().split('\n')).toEqual(['203.0.113.7', '203.0.113.7', '203.0.113.7']);
});

describe('runbooks', () => typeRunbooks(dataDir));

test('a healthy installation reports no error to anybody', () => {
  expect({ refused: collector.refused, received: collector.received }).toEqual({ refused: [], received: [] });
});
