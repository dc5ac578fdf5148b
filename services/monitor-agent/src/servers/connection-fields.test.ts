import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { testNewServer } from '@tidegate/contracts/monitor-agent/server-test';
import { newId } from '@tidegate/database/ids';
import { authority, serverCertificate } from '../../test/certificates.ts';
import { secrets } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { WATCHER_PASSWORD } from '../../test/watched.ts';
import { HostGuard } from '../kernel/connection/host-guard.ts';
import { ServerTester } from '../server-test/server-tester.ts';
import { TestNewServer } from '../server-test/test-new-server.ts';
import { Dialer } from './dialer.ts';

/*
 * Behaviour 15 with the real guard. The file holds the very authority that signed the server's certificate: whoever
 * read it, wherever its name was smuggled in, would be connected.
 */
const trusted = authority();
// A short path: it has to fit into the name of a database.
const folder = mkdtempSync('/tmp/ca-');
const file = join(folder, 'ca.pem');
const store = useStore();
const server = useServer(FIRST_VERSION, { tls: serverCertificate(trusted, ['localhost']) });
const before = { ...process.env };

beforeAll(() => {
  writeFileSync(file, trusted.pem);
  Object.assign(process.env, { PGSSLROOTCERT: file, PGSSLMODE: 'disable', PGHOST: server.host, PGSERVICEFILE: file });
});
afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true });
});

const guard = new HostGuard({ embedded: true, production: false } as never, { MONITOR_ALLOWED_NETWORKS: [] } as never);
const handler = new TestNewServer(new ServerTester(new Dialer(secrets, guard, {} as never), guard));

/** The first thing that is wrong, as the customer reads it. */
async function refusal(more: object): Promise<{ code: string | undefined; what: string }> {
  const fields = { host: 'localhost', port: server.port, user: 'watcher', password: WATCHER_PASSWORD, ...more };
  try {
    const { checks } = await store.call(handler, testNewServer, { tlsMode: 'verify-full', ...fields }, newId());
    const bad = checks.find(({ ok, severity }) => !ok && severity === 'error');
    return { code: bad?.code, what: bad?.what ?? 'connected' };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [first] = error.toDocument().errors ?? [];
    return { code: first?.code, what: `${first?.field}: ${first?.message}` };
  }
}

test('the right authority, given as text, is all it takes', async () => {
  expect(await refusal({ tlsCa: trusted.pem })).toEqual({ code: undefined, what: 'connected' });
});

test('behaviour 15: what is no plain and honest address is refused, each with words of its own, and no file is read', async () => {
  const cases: [object, string][] = [
    [{ sslrootcert: file }, 'unknown_field'],
    [{ tlsCa: file }, 'invalid_format'],
    [{ host: `postgres://watcher@localhost/postgres?sslrootcert=${file}` }, 'invalid_format'],
    [{ host: '169.254.169.254' }, 'host_not_allowed'],
    [{ host: '10.0.0.1' }, 'host_not_allowed'],
    [{ database: `postgres?sslrootcert=${file}`, tlsCa: trusted.pem }, 'database_not_found'],
    [{ user: `watcher sslrootcert=${file}`, tlsCa: trusted.pem }, 'password_wrong'],
    [{}, 'tls_certificate_untrusted'],
    [{ host: '127.0.0.1', tlsCa: trusted.pem }, 'tls_host_mismatch'],
    [{ host: 'nowhere.invalid' }, 'host_not_found'],
  ];
  const seen: { code: string | undefined; what: string }[] = [];
  for (const [more] of cases) seen.push(await refusal(more));
  expect(seen.map(({ code }) => code)).toEqual(cases.map(([, code]) => code));
  expect(new Set(seen.map(({ what }) => what)).size).toBe(cases.length);
  expect(await refusal({ host: '/var/run/postgresql' })).toMatchObject({
    code: 'invalid_format',
    what: expect.stringContaining('socket'),
  });
});
