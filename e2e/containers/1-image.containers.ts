import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { closing } from '@tidegate/testing/closing';
import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { Engine, IMAGE } from './engine.ts';

/* The image, built from a checkout that has secrets and data lying about, and started as a server would start it. */

const CANARY = 'canary-8f1d0c5e-must-stay-out';
const LYING_ABOUT = [
  '.env',
  '.data/secrets.json',
  '.data/postgres/data/base/1',
  'deploy/compose/.env',
  'deploy/compose/settings.env',
  'services/gateway/.env.production',
  'services/billing/secrets.json',
  'libs/vault/server.key',
  'cli/src/id.pem',
  'notes.txt',
];

/** Everything that git would take, and what it would not. */
function untidyCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-checkout-'));
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const path of files.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(path, join(folder, path), { preserveTimestamps: true });
  }
  for (const path of LYING_ABOUT) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), CANARY);
  }
  return folder;
}

let engine: Engine;
let content: string;

beforeAll(async () => {
  engine = await Engine.find();
  const context = untidyCheckout();
  await engine.build({ file: join(context, 'deploy/Dockerfile'), tag: IMAGE, context });
  const id = await engine.do('create', IMAGE);
  content = mkdtempSync(join(tmpdir(), 'tidegate-image-'));
  const archive = join(content, 'image.tar');
  await engine.do('export', '-o', archive, id);
  execFileSync('tar', ['-x', '-f', archive, '-C', content]);
  rmSync(archive);
  await engine.do('rm', id);
});

test('of the secrets and data of the checkout it was built from, nothing is in the image', () => {
  const found = ([command = '', ...args]: string[]) =>
    spawnSync(command, args, { cwd: join(content, 'app'), encoding: 'utf8' });
  expect(found(['grep', '-rlF', CANARY, '.'])).toMatchObject({ status: 1, stdout: '' });
  for (const pattern of ['.env*', 'secrets*.json', '*.key', '.git'])
    expect(found(['find', '.', '-name', pattern])).toMatchObject({ status: 0, stdout: '' });
  expect(found(['find', 'services', '-name', '*.test.*'])).toMatchObject({ status: 0, stdout: '' });
});

test('its list of contents names each package in it with a licence, and each Debian package', () => {
  const { components } = JSON.parse(readFileSync(join(content, 'app/sbom.json'), 'utf8')) as {
    components: {
      name: string;
      version: string;
      purl: string;
      licenses: { expression?: string; license?: { name: string } }[];
    }[];
  };
  const listed = new Map(components.map((one) => [one['purl'], one]));
  const manifests = execFileSync(
    'find',
    [
      'node_modules',
      '-name',
      'package.json',
      '-path',
      '*node_modules/*/package.json',
      '-not',
      '-path',
      '*/@tidegate/*',
    ],
    { cwd: join(content, 'app'), encoding: 'utf8' },
  );
  const packages = manifests
    .trim()
    .split('\n')
    .filter((path) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(content, 'app', path), 'utf8')) as { name: string; version: string });
  expect(packages.length).toBeGreaterThan(100);
  for (const { name, version } of packages) {
    const component = listed.get(`pkg:npm/${name.replace('@', '%40')}@${version}`);
    expect({ name, licence: component?.licenses[0]?.expression }).toEqual({
      name,
      licence: expect.stringMatching(/^\(?(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense)/),
    });
  }
  const debian = components.filter(({ purl }) => purl.startsWith('pkg:deb/'));
  expect(debian.map(({ name }) => name)).toEqual(expect.arrayContaining(['libc6', 'nats-server']));
  expect(debian.every(({ licenses }) => licenses.length > 0)).toBe(true);
});

test('what it says about itself: an ordinary user, no shell as its first process, labels, health', async () => {
  const config = await engine.inspect<{
    User: string;
    Entrypoint: string[];
    Cmd: string[];
    Labels: Record<string, string>;
  }>(IMAGE, '.Config');
  expect(config).toMatchObject({
    User: '10001:10001',
    Entrypoint: ['node', '--liftoff-only', '/app/cli/dist/main.js'],
    Cmd: ['start'],
  });
  expect(Object.keys(config.Labels)).toEqual(
    expect.arrayContaining(
      ['title', 'licenses', 'version', 'revision'].map((name) => `org.opencontainers.image.${name}`),
    ),
  );
  // What `npm start` gives Node stands here a second time, and what NODE_OPTIONS does not take in the entry point.
  const environment = execFileSync('cat', ['deploy/Dockerfile'], { encoding: 'utf8' });
  const flags: string[] = JSON.parse(readFileSync('cli/bin/node-flags.json', 'utf8'));
  expect(environment).toContain(flags.filter((flag) => flag !== '--liftoff-only').join(' '));
  for (const [name, value] of Object.entries(JSON.parse(readFileSync('cli/bin/node-environment.json', 'utf8'))))
    expect(environment).toContain(`${name}=${value}`);
});

test('alone it is an installation: on a read-only root without any right, it starts, stops in order and starts again', async () => {
  const name = `tidegate-test-${process.pid}`;
  closing(() => engine.do('rm', '-f', '-v', name).then(() => engine.do('volume', 'rm', '-f', name)));
  await engine.do(
    ...['run', '-d', '--name', name, '--read-only', '--tmpfs', '/tmp:size=64m', '--cap-drop', 'all'],
    ...['--security-opt', 'no-new-privileges', '-v', `${name}:/data`, '-p', '127.0.0.1::3000', IMAGE],
  );
  const url = async () => `http://${(await engine.do('port', name, '3000')).split('\n')[0]}`;
  const ready = () =>
    until(async () => (await fetch(`${await url()}/health/ready`)).ok, {
      withinMs: 60_000,
      everyMs: 200,
      what: 'the container',
    });
  await ready();
  expect(await engine.do('exec', name, 'node', '/app/check-health.mjs')).toBe('');
  const password = await engine.do('exec', name, 'cat', '/data/admin-password');
  const logIn = async () =>
    (await new Rest(await url()).post('/api/v1/sessions', { email: 'admin@localhost', password })).status;
  expect(await logIn()).toBe(201);
  expect(await engine.do('exec', name, 'tidegate', 'status')).toContain('is ready');
  await engine.do('stop', '-t', '60', name);
  expect(await engine.inspect<number>(name, '.State.ExitCode')).toBe(0);
  expect(await engine.do('logs', name)).toContain('Drained');
  await engine.do('start', name);
  await ready();
  expect(await logIn()).toBe(201);
});
