import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { ensureSecrets, writeSecrets } from '@tidegate/runtime/secrets-file';
import { examine } from '../doctor.ts';
import { remember } from '../kernel/installation.ts';
import { seeCertificate } from './certificate.ts';
import { listening, parseSockets } from './listening.ts';
import { outdatedPostgres } from './versions.rules.ts';

let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-production-'));
  const port = await freePort();
  ensureSecrets(folder);
  env = {
    PATH: process.env['PATH'],
    DATA_DIR: folder,
    PORT: String(port),
    PUBLIC_URL: `https://localhost:${port}`,
    TRUST_PROXY: '127.0.0.1',
    SMTP_HOST: 'mail.example.com',
    SMTP_FROM: 'a@example.com',
    BACKUP_TO: folder,
    BACKUP_PASSPHRASE: 'long enough and with many 0123456789 characters',
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function codes(more: NodeJS.ProcessEnv = {}): Promise<(string | undefined)[]> {
  const found = await examine({ ...env, ...more }, { production: true });
  return found.map(({ code }) => code).filter((code) => code !== undefined);
}

test.each([
  [{ PUBLIC_URL: 'http://shop.example' }, 'tls_missing'],
  [{ PUBLIC_URL: 'http://localhost:3000' }, 'mode_development'],
  [{ ALLOW_INSECURE: 'true' }, 'insecure_allowed'],
  [{ TRUST_PROXY: '' }, 'trust_proxy_missing'],
  [{ BACKUP_TO: '' }, 'no_backups'],
  [{ SMTP_HOST: '' }, 'smtp_missing'],
  [{ PUBLIC_URL: 'https://localhost:1' }, 'tls_refused'],
  [{ BACKUP_PASSPHRASE: 'short' }, 'secret_weak'],
])('%j is found, and only in front of customers', async (more, code) => {
  if (code !== 'tls_refused') expect(await codes()).not.toContain(code);
  expect(await codes(more)).toContain(code);
  expect((await examine({ ...env, ...more })).map((one) => one.code)).not.toContain(code);
});

test('servers on a network of this machine alone need no TLS, and others do', async () => {
  const servers = { DATABASE_URL: 'postgresql://a:b@postgres:5432/tidegate', NATS_URL: 'nats://nats:4222' };
  const insecure = { ...servers, ALLOW_INSECURE: 'true' };
  expect(await codes({ ...insecure, LOCAL_HOSTS: 'postgres, nats' })).not.toContain('insecure_allowed');
  expect(await codes({ ...insecure, LOCAL_HOSTS: 'postgres' })).toContain('insecure_allowed');
  expect(await codes({ ...insecure, LOCAL_HOSTS: 'postgres,nats', PUBLIC_URL: 'http://shop.example' })).toContain(
    'insecure_allowed',
  );
});

test('secrets that are weak, old, or still count beside their successors', async () => {
  const secrets = ensureSecrets(folder);
  mkdirSync(join(folder, 'postgres', 'data'), { recursive: true });
  const first = join(folder, 'postgres', 'data', 'PG_VERSION');
  writeFileSync(first, '18');
  expect(await codes()).not.toContain('secret_old');
  const long = new Date(Date.now() - 200 * 86_400_000);
  utimesSync(first, long, long);
  remember(folder, { secretsChanged: { caller: new Date().toISOString() } });
  const old = (await examine(env, { production: true })).filter(({ code }) => code === 'secret_old');
  expect(old.map(({ fix }) => fix)).toContain('npx tidegate secrets rotate nats');
  expect(old.map(({ fix }) => fix)).not.toContain('npx tidegate secrets rotate caller');
  writeSecrets(folder, { ...secrets, MONITOR_PLATFORM_PASSWORD: 'guess-me-1', CALLER_SECRET_PREVIOUS: 'x'.repeat(40) });
  remember(folder, { secretsChanged: { caller: new Date(Date.now() - 8 * 86_400_000).toISOString() } });
  const found = await examine(env, { production: true });
  expect(found.find(({ code }) => code === 'secret_weak')?.what).toContain('MONITOR_PLATFORM_PASSWORD');
  expect(found.find(({ code }) => code === 'secret_overlaps')?.fix).toBe('npx tidegate secrets retire');
  expect(JSON.stringify(found)).not.toContain('guess-me-1');
});

test('the first password that nobody deleted', async () => {
  expect(await codes()).not.toContain('first_password_kept');
  writeFileSync(join(folder, 'admin-password'), 'x');
  expect(await codes()).toContain('first_password_kept');
});

test('a port that other machines reach', async () => {
  const server = createTcp();
  await new Promise<void>((resolve) => server.listen(Number(env['PORT']), '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    expect(listening()).toContainEqual({ port, local: false });
    const found = await examine(env, { production: true });
    const { what, code } = found.find(({ check }) => check === 'exposed-ports') ?? {};
    // In a container the gateway's own port is the container's.
    if (code) expect({ what, code }).toMatchObject({ code: 'port_exposed', what: expect.stringContaining(`${port}`) });
    remember(folder, { ports: { postgres: port } });
    expect(await codes({ PORT: String(await freePort()) })).toContain('port_exposed');
  } finally {
    server.close();
  }
});

test('loopback is told from other addresses, in both forms of the kernel', () => {
  const line = (address: string) => `  0: ${address}:0BB8 00000000:0000 0A 00000000:00000000`;
  const local = (address: string) => parseSockets(`head\n${line(address)}`)[0]?.local;
  expect(
    ['0100007F', '0201007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F'].map(local),
  ).toEqual([true, true, true, true]);
  expect(
    ['00000000', '0A00A8C0', '00000000000000000000000000000000', '0000000000000000FFFF00000A00A8C0'].map(local),
  ).toEqual([false, false, false, false]);
});

test('a certificate is judged as a browser does', async () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '9',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ],
    { stdio: 'ignore' },
  );
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}`);
  try {
    expect(await seeCertificate(url)).toEqual({ trouble: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(await seeCertificate(url, Date.now(), readFileSync(cert, 'utf8'))).toEqual({ days: 8 });
  } finally {
    server.close();
  }
});

test('a PostgreSQL without corrections is outdated, a new one is not', () => {
  const now = Date.parse('2026-11-29');
  expect([12, 13, 14].map((major) => outdatedPostgres(`${major}.1`, now) !== undefined)).toEqual([true, true, true]);
  expect([15, 18, 19].map((major) => outdatedPostgres(`${major}.1`, now))).toEqual([undefined, undefined, undefined]);
});
