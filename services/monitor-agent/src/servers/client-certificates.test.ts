import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { createServer, getServer, type Server, updateServer } from '@tidegate/contracts/monitor-agent/server';
import { testNewServer, testServer } from '@tidegate/contracts/monitor-agent/server-test';
import { newId } from '@tidegate/database/ids';
import { authority, clientCertificate, serverCertificate } from '../../test/certificates.ts';
import { dialer, Replica, secrets } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { WATCHER_PASSWORD } from '../../test/watched.ts';
import { ServerTester } from '../server-test/server-tester.ts';
import { TestNewServer } from '../server-test/test-new-server.ts';
import { TestServer } from '../server-test/test-server.ts';
import { CreateServer } from './create-server.ts';
import { GetServer } from './get-server.ts';
import { UpdateServer } from './update-server.ts';

/* A server that lets the role in with nothing but its certificate (`cert`), from adding it to the next certificate. */
const ours = authority('Our authority');
const clients = authority('Authority of clients');
/** No licence limits the servers of the installation. */
const anyNumber = { require: async () => {} } as never;
const store = useStore();
const server = useServer(FIRST_VERSION, {
  tls: { ...serverCertificate(ours, ['db.example.com']), clientCa: clients.pem },
  hba: 'hostssl all watcher all cert\nhost all postgres all trust\n',
});

const address = async (host: string) => ({ address: '127.0.0.1', loopback: host === '127.0.0.1' });
const guard = { check: address, trusted: address } as never;
const tester = new ServerTester(dialer(), guard);
const handlers = () => ({
  create: new CreateServer(guard, secrets, { claim: async () => {} } as never, store.wakes as never, anyNumber),
  update: new UpdateServer(guard, secrets, store.wakes as never, { usable: async () => {} } as never),
  test: new TestServer(tester, dialer(), store.tenants, store.wakes as never),
});

const given = (validDays = 1) => {
  const { cert, key } = clientCertificate(clients, 'watcher', { validDays });
  return { tlsCert: cert, tlsKey: key };
};
const fields = (more: object) => ({
  ...{ host: 'db.example.com', port: server.port, user: 'watcher', tlsCa: ours.pem },
  ...more,
});
const add = (orgId: string, more: object): Promise<Server> =>
  store.call(handlers().create, createServer, { name: `Main ${newId()}`, ...fields(more) }, orgId);

async function refused(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('This should have been refused.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw error;
  const document = error.toDocument();
  expect(JSON.stringify(document)).not.toMatch(/canary|-----\\n/);
  return (document.errors ?? []).map(({ field, code }) => `${field} ${code}`).join();
}

/** Of the key's own text, wherever it may have got to. */
const inside = (pem: string) => pem.split('\n')[1] as string;

describe('a server whose role logs in with a certificate', () => {
  test('is tested, added and collected from without a password; neither half is shown or stored as it is', async () => {
    const certificate = given();
    const orgId = newId();
    const report = await store.call(new TestNewServer(tester), testNewServer, fields(certificate), orgId);
    expect(report.usable).toBe(true);
    const added = await add(orgId, certificate);
    expect(added).toMatchObject({ tlsMode: 'verify-full', state: 'pending', tlsCertValidUntil: expect.any(String) });
    const replica = new Replica(store, {});
    const read = () => store.call(new GetServer(), getServer, { serverId: added.id }, orgId);
    await replica.turnUntil(async () => (await read()).state === 'ok' && (await read()).lastCollectedAt !== null);
    await replica.stop();

    const said = [JSON.stringify([added, await read(), report]), await store.dump()].join();
    for (const half of [certificate.tlsCert, certificate.tlsKey]) expect(said).not.toContain(inside(half));
    expect(said).not.toContain('PRIVATE KEY');
    await store.releaseServers();
  });

  test('gets the next certificate by an update, before the report says that the old one ends, and after', async () => {
    const orgId = newId();
    const { id: serverId } = await add(orgId, given(3));
    const change = (more: object) => store.call(handlers().update, updateServer, { serverId, ...more }, orgId);
    const expiry = async () => {
      const { checks } = await store.call(handlers().test, testServer, { serverId }, orgId);
      return checks.find(({ id }) => id === 'client_certificate_expiry');
    };
    expect(await expiry()).toMatchObject({
      ok: false,
      severity: 'warning',
      code: 'client_certificate_expires',
      what: expect.stringContaining('PATCH'),
    });
    const next = await change(given(60));
    expect(Date.parse(next.tlsCertValidUntil ?? '')).toBeGreaterThan(Date.now() + 50 * 86_400_000);
    expect(await expiry()).toMatchObject({ ok: true });
  });

  test('has to be given its certificate again when it is to be shown elsewhere, and keeps one way to log in', async () => {
    const orgId = newId();
    const { id: serverId } = await add(orgId, given());
    const change = (more: object) => store.call(handlers().update, updateServer, { serverId, ...more }, orgId);
    for (const more of [{ port: 1 }, { user: 'x' }, { tlsMode: 'require' }, { tlsCa: null }]) {
      expect(await refused(change(more))).toBe('/tlsCert certificate_needed');
    }
    expect(await refused(change({ tlsMode: 'disable', ...given() }))).toBe('/tlsMode tls_needed');
    expect(await refused(change({ tlsCert: null }))).toBe('/password password_needed');
    expect(await change({ tlsCert: null, password: WATCHER_PASSWORD })).toMatchObject({ tlsCertValidUntil: null });
    expect(await refused(change({ password: null }))).toBe('/password password_needed');
    expect(await change({ password: null, ...given() })).toMatchObject({ tlsCertValidUntil: expect.any(String) });
    expect(await change({ port: server.port, name: 'Renamed' })).toMatchObject({ name: 'Renamed' });
  });

  test('wants TLS also on the machine itself, where there is none by default', async () => {
    expect(await add(newId(), { host: '127.0.0.1', ...given() })).toMatchObject({ tlsMode: 'verify-full' });
  });

  const other = clientCertificate(clients, 'watcher');
  test.each<[string, () => object, string]>([
    ['neither a password nor a certificate', () => ({}), '/password password_needed'],
    ['a certificate without its key', () => ({ tlsCert: other.cert }), '/tlsKey key_needed'],
    ['a key without its certificate', () => ({ tlsKey: other.key }), '/tlsCert certificate_needed'],
    ['a passphrase alone', () => ({ password: 'x', tlsKeyPassphrase: 'canary' }), '/tlsKey key_needed'],
    ['what is no PEM', () => ({ ...given(), tlsCert: 'canary' }), '/tlsCert invalid_format'],
    ['a key that is no PEM', () => ({ ...given(), tlsKey: 'canary' }), '/tlsKey invalid_format'],
    ['the key of another certificate', () => ({ ...given(), tlsKey: other.key }), '/tlsKey key_mismatch'],
    ['an expired certificate', () => given(-2), '/tlsCert certificate_expired'],
    ['a certificate without TLS', () => ({ ...given(), tlsMode: 'disable' }), '/tlsMode tls_needed'],
  ])('%s is refused, with the field', async (_what, more, expected) => {
    expect(await refused(add(newId(), more()))).toBe(expected);
    expect(await refused(store.call(new TestNewServer(tester), testNewServer, fields(more()), newId()))).toBe(expected);
  });
});
