import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseNotes } from './release-notes.mjs';

/*
 * The scripts of the workflows. The server to which is deployed is a folder here with the real ./blue-green; ssh, docker and
 * compose, which belong to other machines, only write down their words.
 */
let folder: string;
let server: Server;
/** What the platform at the address answers, by the image that runs. */
let healthOf: (image: string) => number;

const OLD = 'ghcr.io/you/tidegate:v0.1.0';
const NEW = 'ghcr.io/you/tidegate:v0.2.0';
const program = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
};
const noted = () => readFileSync(join(folder, 'noted'), 'utf8');
const compose = () => join(folder, 'compose');
const current = () => spawnSync('./blue-green', ['--current'], { cwd: compose(), encoding: 'utf8' }).stdout.trim();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-deploy-'));
  mkdirSync(compose());
  cpSync('deploy/compose/blue-green', join(compose(), 'blue-green'));
  writeFileSync(join(compose(), '.env'), `COMPOSE_PROFILES=blue\nTIDEGATE_IMAGE=${OLD}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'noted'), '');
  healthOf = () => 200;
  server = createServer((_request, response) => response.writeHead(healthOf(current())).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** `starts`: whether the new version becomes ready at all. */
async function deploy(image: string, { starts = true, watch = '2' } = {}) {
  const fake = starts ? 'exit 0' : 'case "$*" in *" up "*) exit 1;; esac';
  const env = {
    ...process.env,
    DEPLOY_TO: 'tidegate@server.example.com',
    DEPLOY_FOLDER: compose(),
    DEPLOY_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    WATCH_SECONDS: watch,
    WATCH_EVERY: '0.1',
    SSH: program('ssh', `echo "ssh $1: $2" >> ${folder}/noted\nexec sh -c "$2"`),
    COMPOSE: program('compose-program', fake),
    PATH: `${folder}:${process.env['PATH']}`,
  };
  program('docker', `echo "docker $*" >> ${folder}/noted`);
  const child = spawn('deploy/ci/deploy', [image], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += String(part)));
  const status = await new Promise((resolve) => child.once('close', resolve));
  return { status, said };
}

test('another version takes over and is watched; the same one again changes nothing', async () => {
  expect(await deploy(NEW)).toMatchObject({ status: 0, said: expect.stringContaining(`${NEW} has been well for 2 s`) });
  expect(current()).toBe(NEW);
  expect(noted()).toContain(`ssh tidegate@server.example.com: cd ${compose()} && docker pull -q ${NEW}`);
  expect(await deploy(NEW)).toMatchObject({ status: 0, said: `${NEW} runs already.\n` });
});

test('one that does not become ready leaves the version before, and fails', async () => {
  expect(await deploy(NEW, { starts: false })).toMatchObject({
    status: 1,
    said: expect.stringContaining(`${NEW} did not become ready; ${OLD} goes on.`),
  });
  expect(current()).toBe(OLD);
});

test('one that is ready but does not stay well is taken back, and that fails too', async () => {
  healthOf = (image) => (image === NEW ? 503 : 200);
  const { status, said } = await deploy(NEW, { watch: '600' });
  expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining(`does not stay well. Back to ${OLD}`) });
  expect(current()).toBe(OLD);
});

test('a lost answer is no reason to go back', async () => {
  let asked = 0;
  healthOf = () => {
    asked += 1;
    return asked % 3 === 0 ? 503 : 200;
  };
  expect(await deploy(NEW)).toMatchObject({ status: 0 });
  expect(current()).toBe(NEW);
});

test('nothing that is no image reaches the server', async () => {
  expect(await deploy('tidegate; rm -rf /')).toMatchObject({
    status: 2,
    said: expect.stringContaining('neither an image'),
  });
  expect(noted()).toBe('');
});

test('the key of the server is readable by nobody else, and nobody is believed without one', () => {
  const run = (env: Record<string, string>) =>
    spawnSync('deploy/ci/ssh-key', {
      env: { PATH: process.env['PATH'], SSH_FOLDER: join(folder, 'keys'), ...env },
      encoding: 'utf8',
    });
  expect(run({ DEPLOY_KEY: 'secret' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('DEPLOY_KNOWN_HOSTS'),
  });
  const { status, stdout, stderr } = run({ DEPLOY_KEY: 'secret', DEPLOY_KNOWN_HOSTS: 'server ssh-ed25519 AAAA' });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  expect(readFileSync(join(folder, 'keys/tidegate_deploy'), 'utf8')).toBe('secret\n');
  expect(statSync(join(folder, 'keys/tidegate_deploy')).mode & 0o777).toBe(0o600);
});

test('what is published is what was built and looked at, with its list of contents and digest', () => {
  const output = join(folder, 'output');
  const docker = program(
    'docker',
    `echo "$*" >> ${folder}/noted\ncase $1 in run) echo '{"bomFormat":"CycloneDX"}';; image) echo 'ghcr.io/you/tidegate@sha256:abc';; esac`,
  );
  const env = {
    PATH: process.env['PATH'],
    DOCKER: docker,
    IMAGE: 'ghcr.io/you/tidegate',
    VERSION: 'v0.2.0',
    REVISION: 'abcdef',
    GITHUB_OUTPUT: output,
  };
  const image = (what: string) =>
    spawnSync(join(process.cwd(), 'deploy/ci/image'), [what], { cwd: folder, env, encoding: 'utf8' });
  expect(image('build').status).toBe(0);
  expect(noted()).toMatch(
    /^build -f deploy\/Dockerfile -t tidegate:candidate --build-arg VERSION=0\.2\.0 --build-arg REVISION=abcdef/,
  );
  expect(image('publish').status).toBe(0);
  expect(noted()).toMatch(
    /tag tidegate:candidate ghcr\.io\/you\/tidegate:v0\.2\.0\npush ghcr\.io\/you\/tidegate:v0\.2\.0/,
  );
  expect(readFileSync(output, 'utf8')).toBe('digest=sha256:abc\n');
  expect(readFileSync(join(folder, 'sbom.json'), 'utf8')).toContain('CycloneDX');
});

test('the notes of a release are its section of the changelog; a version without one is refused', () => {
  const changelog =
    '# Changelog\n\n## [Unreleased]\n\n- later\n\n## [0.2.0] - 2026-12-01\n\n### Added\n- this\n\n## [0.1.0]\n\n- that\n';
  expect(releaseNotes(changelog, 'v0.2.0')).toBe('### Added\n- this\n');
  expect(releaseNotes(changelog, '0.1.0')).toBe('- that\n');
  expect(() => releaseNotes(changelog, 'v0.3.0')).toThrow('CHANGELOG.md says nothing of 0.3.0');
});
