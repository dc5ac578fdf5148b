import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '@tidegate/runtime/embedded/processes';
import { patient } from '@tidegate/testing/pace';
import { until } from '@tidegate/testing/until';
import { ProcessGroup } from './process-group.ts';
import type { ChildEntry } from './run-file.ts';

/* What plays a service: answers on its port and says so, or does what a file in the folder tells. */
const CHILD = `
const { createServer } = require('node:http');
const { existsSync } = require('node:fs');
const may = (what) => existsSync(process.argv[1] + '/' + what);
if (may('fail-' + process.env.ROLES)) process.exit(3);
const server = createServer((_request, response) => response.end('{}'));
server.listen(Number(process.env.HEALTH_PORT), '127.0.0.1', () => {
  process.send({ ready: true, healthPort: server.address().port });
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
`;

let folder: string;
let children: ChildEntry[];
let lines: string[];
let diskIsFull: boolean;
let group: ProcessGroup;

function make(roles: ('usage' | 'identity' | 'gateway')[], command?: [string, ...string[]]): ProcessGroup {
  const settings = { dataDir: folder, roles, startTimeoutMs: 60_000, healthPort: undefined };
  return new ProcessGroup(
    {
      settings,
      log: { write: (line) => void lines.push(line) },
      onChange: (all) => {
        if (diskIsFull) throw new Error('no space');
        children = all;
      },
      command: command ?? [process.execPath, '-e', CHILD, folder],
    },
    { askMs: 50, answerMs: patient(200), silentAtMost: 3, firstPauseMs: 20 },
  );
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-group-'));
  [children, lines, diskIsFull] = [[], [], false];
});
afterEach(async () => {
  await group.stop();
  rmSync(folder, { recursive: true, force: true });
});

const pidOf = (name: string) => children.find((child) => child.name === name)?.pid ?? 0;
const portOf = (name: string) => children.find((child) => child.name === name)?.healthPort;
const isReady = (name: string) => portOf(name) !== undefined;

test('a process that dies, is stopped or hangs is restarted on its port; a stop ends all', async () => {
  group = make(['identity', 'usage']);
  await group.start();
  expect(children.map(({ name }) => name)).toEqual(['identity', 'usage', 'usage#2']);
  const port = portOf('identity');
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const) {
    const pid = pidOf('identity');
    process.kill(pid, signal);
    await until(() => pidOf('identity') !== pid && isReady('identity'), { what: `another after ${signal}` });
    expect(isAlive(pid)).toBe(false);
    expect(portOf('identity')).toBe(port);
  }
  expect(lines.join('')).toMatch(/SIGKILL(.|\n)*it exited with 0(.|\n)*has stopped answering/);
  const pids = children.map(({ pid }) => pid);
  await group.stop();
  expect(pids.filter(isAlive)).toEqual([]);
});

test('a process that cannot start stops all of them and is named', async () => {
  writeFileSync(join(folder, 'fail-usage'), '');
  group = make(['identity', 'usage']);
  await expect(group.start()).rejects.toThrow(/usage(#2)? could not start: it exited with 3/);
  expect(children.filter(({ pid }) => isAlive(pid))).toEqual([]);
});

test('a process that cannot be spawned is a failed start, too', async () => {
  group = make(['identity'], [join(folder, 'nothing'), 'x']);
  await expect(group.start()).rejects.toThrow(/identity could not start: .*ENOENT/);
});

test('after the first start a process that cannot start is retried until it can', async () => {
  group = make(['identity']);
  await group.start();
  writeFileSync(join(folder, 'fail-identity'), '');
  process.kill(pidOf('identity'), 'SIGKILL');
  await until(() => lines.filter((line) => line.includes('it exited with 3')).length >= 2);
  rmSync(join(folder, 'fail-identity'));
  await until(() => isReady('identity'));
});

test('a process that the system refuses to spawn is retried, also while the disk is full', async () => {
  const command: [string, ...string[]] = [process.execPath, '-e', CHILD, folder];
  group = make(['identity'], command);
  await group.start();
  // Longer than one argument may be: spawn throws instead of telling it by an event.
  command.push('x'.repeat(200_000));
  diskIsFull = true;
  process.kill(pidOf('identity'), 'SIGKILL');
  await until(() => lines.filter((line) => line.includes('E2BIG')).length >= 2);
  command.pop();
  const pid = pidOf('identity');
  await until(() => lines.join('').includes('no space'));
  diskIsFull = false;
  await until(() => isReady('identity') && pidOf('identity') !== pid);
});
