import { generateKeyPairSync } from 'node:crypto';
import {
  authority,
  clientCertificate,
  der,
  octets,
  oid,
  sequence,
  serverCertificate,
} from '../../../test/certificates.ts';
import { failure, LOOPBACK, PASSWORD, target } from '../../../test/connecting.ts';
import { ALL_VERSIONS, PostgresServer } from '../../../test/postgres-server.ts';
import { CertificateRefused, readClientCertificate } from './client-certificate.ts';
import { connectServer, type ServerTarget } from './connect-server.ts';
import { keyEncryption } from './key-encryption.rules.ts';

const ours = authority('Our authority');
const clients = authority('Authority of clients');
const PASSPHRASE = 'canary-passphrase';
const CIPHER = { cipher: 'aes-256-cbc', passphrase: PASSPHRASE };

describe.each(ALL_VERSIONS)('logging in with a client certificate ($name)', (binaries) => {
  let server: PostgresServer;
  const watcher = clientCertificate(clients, 'watcher');

  beforeAll(async () => {
    server = await PostgresServer.start(binaries, {
      tls: { ...serverCertificate(ours, ['db.example.com']), clientCa: clients.pem },
      hba: [
        'hostssl all bare all cert',
        'hostssl all watcher all cert',
        `hostssl all strict all scram-sha-256 clientcert=verify-full`,
        'hostssl all lenient all scram-sha-256 clientcert=verify-ca',
        'host all postgres all trust',
        '',
      ].join('\n'),
    });
    await server.sql(
      ['watcher', 'bare', 'strict', 'lenient']
        .map((role) => `create role ${role} login password '${PASSWORD}'`)
        .join(';\n'),
    );
  });
  afterAll(() => server.stop());

  const secure = (more: Partial<ServerTarget>) =>
    target(server.port, { host: 'db.example.com', tlsMode: 'verify-full', tlsCa: ours.pem, ...more });

  test.each<[string, () => Partial<ServerTarget>, string]>([
    ['cert, without a password', () => ({ password: null, clientCertificate: watcher }), 'connected'],
    ['cert, without a certificate', () => ({}), 'client_certificate_needed'],
    [
      'cert, and the certificate of another role',
      () => ({ user: 'bare', clientCertificate: watcher }),
      'client_certificate_mismatch',
    ],
    [
      'a certificate of an authority that the server does not have',
      () => ({ clientCertificate: clientCertificate(authority('x'), 'watcher') }),
      'client_certificate_refused',
    ],
    [
      'a certificate that has expired',
      () => ({ clientCertificate: clientCertificate(clients, 'watcher', { validDays: -2 }) }),
      'client_certificate_refused',
    ],
    [
      'clientcert=verify-full, with a password',
      () => ({ user: 'strict', clientCertificate: clientCertificate(clients, 'strict') }),
      'connected',
    ],
    [
      'clientcert=verify-full, without a password',
      () => ({ user: 'strict', password: null, clientCertificate: clientCertificate(clients, 'strict') }),
      'password_needed',
    ],
    [
      'clientcert=verify-full, and another name',
      () => ({ user: 'strict', clientCertificate: watcher }),
      'password_wrong',
    ],
    ['clientcert=verify-ca, and any name', () => ({ user: 'lenient', clientCertificate: watcher }), 'connected'],
    ['clientcert=verify-ca, without one', () => ({ user: 'lenient' }), 'client_certificate_needed'],
    [
      'a server that is not the right one is shown nothing',
      () => ({ host: 'other.example.com', clientCertificate: watcher }),
      'tls_host_mismatch',
    ],
  ])('%s', async (_what, more, code) => {
    expect(await failure(secure(more()))).toBe(code);
  });

  test('one that OpenSSL does not take any more fails its own connection only', async () => {
    expect(await failure(secure({ clientCertificate: { ...watcher, cert: clients.pem.slice(0, 200) } }))).toBe(
      'tls_failed',
    );
  });

  test('no password of the environment or of a file stands in for the one that was not given', async () => {
    vi.stubEnv('PGPASSWORD', PASSWORD);
    const certificate = clientCertificate(clients, 'strict');
    expect(await failure(secure({ user: 'strict', password: null, clientCertificate: certificate }))).toBe(
      'password_needed',
    );
  });

  test('what was read from an encrypted key and a chain logs in, and PostgreSQL sees the name in it', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const { cert } = clientCertificate(clients, 'watcher', { key: pair });
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem', ...CIPHER }) as string;
    const read = readClientCertificate({ cert: `${cert}${clients.pem}`, key, passphrase: PASSPHRASE }, new Date());
    const to = secure({ password: null, clientCertificate: read.certificate });
    const connection = await connectServer(to, LOOPBACK);
    expect(await connection.rows('select client_dn from pg_stat_ssl where pid = pg_backend_pid()')).toEqual([
      ['/CN=watcher'],
    ]);
    await connection.close();
  });
});

describe('a client certificate that is given', () => {
  const { cert, key } = clientCertificate(clients, 'watcher');
  const encrypted = (options: object = CIPHER) =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      ...(options as typeof CIPHER),
    }) as string;
  const garbage = (text: string) => text.replace(/\n[\s\S]+\n-/, '\nAAAA\n-');
  const small = generateKeyPairSync('rsa', { modulusLength: 512 });
  const odd = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });

  test.each<[string, object, string, string]>([
    ['is no PEM', { cert: 'MIIB' }, 'tlsCert', 'certificate_invalid'],
    ['is no certificate', { cert: garbage(cert) }, 'tlsCert', 'certificate_invalid'],
    ['has a chain of eleven', { cert: cert.repeat(11) }, 'tlsCert', 'chain_too_long'],
    ['has expired', clientCertificate(clients, 'w', { validDays: -2 }), 'tlsCert', 'certificate_expired'],
    [
      'has a chain of which another has expired',
      { cert: cert + clientCertificate(clients, 'w', { validDays: -2 }).cert },
      'tlsCert',
      'certificate_expired',
    ],
    ['has a key that is no PEM', { key: 'x' }, 'tlsKey', 'key_invalid'],
    ['has a key that is none', { key: garbage(key) }, 'tlsKey', 'key_invalid'],
    ['has the key of another', { key: clientCertificate(clients, 'w').key }, 'tlsKey', 'key_mismatch'],
    ['stands behind its authority', { cert: clients.pem + cert }, 'tlsKey', 'key_mismatch'],
    ['has an encrypted key and no passphrase', { key: encrypted() }, 'tlsKeyPassphrase', 'passphrase_needed'],
    ['has another passphrase', { key: encrypted(), passphrase: 'x' }, 'tlsKeyPassphrase', 'passphrase_wrong'],
    ['has a key that is too short', clientCertificate(clients, 'w', { key: small }), 'tlsCert', 'certificate_too_weak'],
    [
      'has a key of a curve that is not offered',
      clientCertificate(clients, 'w', { key: odd }),
      'tlsKey',
      'key_unsupported',
    ],
  ])('is refused when it %s', (_what, more, field, code) => {
    try {
      readClientCertificate({ cert, key, ...more }, new Date());
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof CertificateRefused)) throw error;
      expect(error.fault).toMatchObject({ field: `/${field}`, code });
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('PRIVATE');
    }
  });

  test('says when the first of its chain ends', () => {
    const later = clientCertificate(clients, 'x', { validDays: 20 });
    const { validUntil } = readClientCertificate({ cert: later.cert + cert, key: later.key }, new Date());
    expect(validUntil.getTime()).toBeLessThan(Date.now() + 2 * 86_400_000);
  });

  /** As openssl writes it, with this many rounds, or with a method of another name. */
  const wrapped = (rounds: Buffer, method = '2a864886f70d01050c', scheme = '2a864886f70d01050d') => {
    const derivation = sequence(oid(method), sequence(octets(Buffer.alloc(8)), der(0x02, rounds)));
    const algorithm = sequence(
      oid(scheme),
      sequence(derivation, sequence(oid('60864801650304012a'), octets(Buffer.alloc(16)))),
    );
    const whole = sequence(algorithm, octets(Buffer.alloc(64)));
    return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${whole.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
  };

  test.each<[string, string]>([
    ['two thousand million rounds', wrapped(Buffer.from([0x7f, 0xff, 0xff, 0xff]))],
    ['more rounds than a number holds', wrapped(Buffer.alloc(9, 1))],
    ['no rounds', wrapped(Buffer.alloc(0))],
    ['another derivation', wrapped(Buffer.from([1]), '2b06010401da47040b')],
    ['another scheme', wrapped(Buffer.from([1]), '2a864886f70d01050c', '2a864886f70d010c0103')],
    [
      'that it is of the older form as well',
      `${wrapped(Buffer.from([0x7f, 0xff, 0xff, 0xff]))}Proc-Type: 4,ENCRYPTED\n`,
    ],
    [
      'many rounds in front of another key with few',
      `${wrapped(Buffer.from([0x7f, 0xff, 0xff, 0xff])).replace('-----\n', '-----\nx: y\n\n')}${wrapped(Buffer.from([1]))}`,
    ],
    ['nothing in it', '-----BEGIN ENCRYPTED PRIVATE KEY-----\n\n-----END ENCRYPTED PRIVATE KEY-----\n'],
  ])('is not decrypted where its key says %s', (_what, pem) => {
    expect(keyEncryption(pem)).toBe('unknown');
    expect(() => readClientCertificate({ cert, key: pem, passphrase: 'x' }, new Date())).toThrow(
      /at most 100000 rounds/,
    );
  });

  test('is decrypted where its key has the rounds that openssl writes, also in the older form', () => {
    expect(keyEncryption(wrapped(Buffer.from([0x08, 0x00])))).toBe('passphrase');
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const own = clientCertificate(clients, 'w', { key: pair });
    const older = pair.privateKey.export({ type: 'sec1', format: 'pem', ...CIPHER }) as string;
    expect(older).toContain('Proc-Type: 4,ENCRYPTED');
    const read = readClientCertificate({ cert: own.cert, key: older, passphrase: PASSPHRASE }, new Date());
    expect(read.certificate.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });
});
