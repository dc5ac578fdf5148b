import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardHost } from './guard-host.ts';
import { guardedFetch } from './guarded-fetch.ts';

const answers =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const codeOf = (host: string, resolve = answers('93.184.216.34')) =>
  guardHost({ host, port: 5432, resolve }).then(
    () => 'allowed',
    (error: { code: string }) => error.code,
  );

describe('guardHost', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0',
    '0.0.0.0',
    '::',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::7f00:1',
    '::a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fe80::1%lo',
    'fd00:ec2::254',
    '169.254.169.254',
    '0xA9FEA9FE',
    '100.100.100.200',
    '168.63.129.16',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '①②⑦.⓪.⓪.①',
    '127.0.0.1\0.x.com',
    'a@b',
    '/tmp',
    'x?host=/tmp',
    'a b',
    '',
    'host%00',
    'exa mple.com',
    '-x.com',
    '127.1.',
    '[93.184.216.34]',
    '[db.example.com]',
    '[]',
    'fec0::1',
    'fe80::1',
  ])('refuses %j', async (host) => {
    expect(await codeOf(host)).toBe('host_not_allowed');
  });

  test.each([['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['169.254.169.254'], ['::1']])(
    'refuses a name that resolves to %j',
    async (...addresses) => {
      expect(await codeOf('db.example.com', answers(...addresses))).toBe('host_not_allowed');
    },
  );

  test('localhost in any spelling resolves to loopback and is refused', async () => {
    expect(await codeOf('localhost', answers('127.0.0.1'))).toBe('host_not_allowed');
    expect(await codeOf('LOCALHOST.', answers('::1'))).toBe('host_not_allowed');
  });

  test('allows public hosts and answers the address that was checked', async () => {
    const guarded = await guardHost({ host: 'db.example.com', port: 5432, resolve: answers('93.184.216.34') });
    expect(guarded).toEqual({ address: '93.184.216.34', family: 4, servername: 'db.example.com', loopback: false });
  });

  test('a refusal names the field and says what to do', async () => {
    await expect(guardHost({ host: '127.0.0.1', port: 1 })).rejects.toMatchObject({
      data: { field: '/host' },
      detail: expect.stringContaining('Give a host'),
    });
  });

  test.each([
    ['2606:4700::1111', '2606:4700::1111'],
    ['[2a00:1450::1]', '2a00:1450::1'],
    ['93.184.216.34', '93.184.216.34'],
  ])('allows the public address %s', async (host, address) => {
    expect(await guardHost({ host, port: 0 })).toMatchObject({ address, servername: address });
  });

  test('the certificate name has no final dot', async () => {
    const guarded = await guardHost({ host: 'db.example.com.', port: 1, resolve: answers('93.184.216.34') });
    expect(guarded.servername).toBe('db.example.com');
  });

  test.each([-1, 65_536, 1.5, Number.NaN])('refuses port %p', async (port) => {
    await expect(guardHost({ host: '93.184.216.34', port })).rejects.toMatchObject({ code: 'host_not_allowed' });
  });

  test('a name without addresses, or with an invalid one, is refused', async () => {
    expect(await codeOf('db.example.com', answers())).toBe('host_not_resolvable');
    expect(await codeOf('db.example.com', answers('nonsense'))).toBe('host_not_allowed');
  });

  test('names of Docker networks may have underscores', async () => {
    const guarded = await guardHost({ host: 'my_stack_db', port: 1, resolve: answers('93.184.216.34') });
    expect(guarded.servername).toBe('my_stack_db');
  });

  test('an unknown name has a problem of its own', async () => {
    const unknown = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await codeOf('nowhere.example.com', unknown)).toBe('host_not_resolvable');
  });

  test('opened networks are open, metadata never', async () => {
    const policy = { allowNetworks: ['10.1.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'], allowLoopback: true };
    const open = (host: string) =>
      guardHost({ host, port: 1, policy }).then(
        () => true,
        () => false,
      );
    expect(await open('10.1.2.3')).toBe(true);
    expect(await open('127.0.0.1')).toBe(true);
    expect(await open('10.2.2.3')).toBe(false);
    expect(await open('fd12::1')).toBe(true);
    for (const host of ['169.254.169.254', 'fe80::1', 'fd00:ec2::254']) expect(await open(host)).toBe(false);
  });
});

describe('guardedFetch', () => {
  let server: Server;
  let base: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/redirect') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
      else if (request.url === '/huge') response.end('x'.repeat(5_000_000));
      else if (request.url === '/switch') response.writeHead(101, { connection: 'upgrade', upgrade: 'x' }).end();
      else if (request.url === '/slow') response.write('x');
      else if (request.url !== '/hang') response.end(`host ${request.headers.host}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const get = (path: string, policy = { allowLoopback: true }, timeoutMs = 2_000) =>
    guardedFetch(base + path, { method: 'GET', timeoutMs, maxResponseBytes: 1_000, policy });

  test('answers status and body', async () => {
    expect(await get('/')).toMatchObject({ status: 200, body: `host ${new URL(base).host}` });
  });
  test('does not follow redirects', async () => expect((await get('/redirect')).status).toBe(302));
  test('cuts off a huge body', async () => expect((await get('/huge')).body).toHaveLength(1_000));
  test('gives up on a server that hangs', async () => {
    await expect(get('/hang', { allowLoopback: true }, 200)).rejects.toThrow();
    await expect(get('/slow', { allowLoopback: true }, 200)).rejects.toThrow();
  });
  test('gives up on a server that switches protocols', async () => {
    await expect(get('/switch')).rejects.toThrow('without an answer');
  });
  test('refuses loopback unless it is opened, other protocols and credentials', async () => {
    await expect(get('/', { allowLoopback: false })).rejects.toMatchObject({ code: 'host_not_allowed' });
    const options = { method: 'GET', timeoutMs: 100, maxResponseBytes: 1 };
    await expect(guardedFetch('no url', options)).rejects.toMatchObject({ code: 'host_not_allowed' });
    await expect(guardedFetch('file:///etc/passwd', options)).rejects.toMatchObject({ code: 'host_not_allowed' });
    await expect(guardedFetch('http://a:b@example.com', options)).rejects.toMatchObject({ code: 'host_not_allowed' });
  });
});
