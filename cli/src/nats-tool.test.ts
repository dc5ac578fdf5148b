import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackDebianPackage } from './nats-tool.ts';

let folder: string;
const path = process.env['PATH'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-apt-'));
});

afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

/** A package as Debian's, with a nats-server that prints its version. */
function makePackage(): string {
  const root = join(folder, 'package');
  mkdirSync(join(root, 'DEBIAN'), { recursive: true });
  mkdirSync(join(root, 'usr', 'sbin'), { recursive: true });
  writeFileSync(
    join(root, 'DEBIAN', 'control'),
    'Package: nats-server\nVersion: 2.9.10\nArchitecture: all\nMaintainer: test <test@localhost>\nDescription: test\n',
  );
  writeFileSync(join(root, 'usr', 'sbin', 'nats-server'), '#!/bin/sh\necho v2.9.10\n');
  chmodSync(join(root, 'usr', 'sbin', 'nats-server'), 0o755);
  const archive = join(folder, 'nats-server_2.9.10_all.deb');
  execFileSync('dpkg-deb', ['--build', root, archive], { stdio: 'ignore' });
  return archive;
}

/** The apt-get of a machine in whose PATH it comes first. */
function useApt(script: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'apt-get'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env['PATH'] = `${bin}:${path}`;
}

test('missing package lists are fetched for this installation only, and nothing but nats-server stays', async () => {
  const archive = makePackage();
  // The system's lists are empty: only a download after an update of lists of one's own succeeds.
  useApt(
    `case "$*" in *Dir::State::lists=*update) touch updated ;; *Dir::State::lists=*download*) [ -e updated ] && cp ${archive} . ;; *) exit 100 ;; esac`,
  );
  const tools = join(folder, 'tools');
  await unpackDebianPackage(tools);
  expect(readdirSync(tools)).toEqual(['nats-server']);
  expect(execFileSync(join(tools, 'nats-server'), { encoding: 'utf8' })).toBe('v2.9.10\n');
});

test('a failure reports what apt-get said and leaves nothing behind', async () => {
  useApt('echo "E: Unable to locate package nats-server" >&2; exit 100');
  const tools = join(folder, 'tools');
  await expect(unpackDebianPackage(tools)).rejects.toThrow(
    'apt-get ended with 100: E: Unable to locate package nats-server',
  );
  expect(statSync(tools).isDirectory()).toBe(true);
  expect(readdirSync(tools)).toEqual([]);
});
