import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { KeptServer } from '@tidegate/runtime/embedded/kept-server';
import { startNats, stopNats } from '@tidegate/runtime/embedded/nats-server';
import { Log } from '@tidegate/telemetry/log';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import { keepServers } from './keep-servers.ts';

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/* Disks of their own, which only root can mount: one in memory, on which nats-server is stuck when it is full, and one that can hang. */
const base = mkdtempSync(join(tmpdir(), 'tidegate-kept-nats-'));
const [inMemory, image, inFile] = ['memory', 'image', 'file'].map((name) => join(base, name)) as [
  string,
  string,
  string,
];
mkdirSync(inMemory);
mkdirSync(inFile);
const isMounted = run('mount', '-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', inMemory);
const canHang =
  run('truncate', '-s', '96M', image) &&
  run('mkfs.ext4', '-q', '-m', '0', image) &&
  run('mount', '-o', 'loop', image, inFile);
if (!isMounted || !canHang)
  process.stderr.write('keep-servers.test.ts: skipped in part, no disk can be mounted here\n');
afterAll(() => {
  if (isMounted) run('umount', '-l', inMemory);
  if (canHang) run('umount', '-l', inFile);
  rmSync(base, { recursive: true, force: true });
});

test.runIf(isMounted)('a nats-server that a full disk stopped is started once there is room', async () => {
  const { kept, publish, messages } = await keptNats(inMemory);
  await publish();
  fill(inMemory);
  // It is stuck by the first write that fails, and ended for it; while there is no room none is started.
  await until(async () => (await publish()) && kept.trouble?.includes('its disk was full'), { withinMs: 60_000 });
  empty(inMemory);
  const before = await publish();
  await until(async () => (await publish()) > before, { withinMs: 60_000, what: 'A message to be taken again' });
  // What was not acknowledged may be there as well.
  const acknowledged = await publish();
  expect(await messages()).toBeGreaterThanOrEqual(acknowledged);
});

test.runIf(canHang)('one whose disk hangs is left alone, also when it was full just now', async () => {
  const { kept, publish, messages } = await keptNats(inFile);
  await publish();
  fill(inFile);
  // It is asked meanwhile.
  await setTimeout(3_000);
  empty(inFile);
  const full = await publish();
  await until(async () => (await publish()) > full && kept.trouble === undefined, { withinMs: 60_000 });

  const { pid } = kept;
  run('fsfreeze', '-f', inFile);
  closing(() => run('fsfreeze', '-u', inFile));
  void publish();
  await until(() => kept.trouble === 'its disk does not answer', { withinMs: 60_000 });
  run('fsfreeze', '-u', inFile);
  const frozen = await publish();
  await until(async () => (await publish()) > frozen && kept.trouble === undefined, { withinMs: 60_000 });
  expect(kept.pid).toBe(pid);
  const acknowledged = await publish();
  expect(await messages()).toBeGreaterThanOrEqual(acknowledged);
});

function fill(disk: string): void {
  const { bavail, bsize } = statfsSync(disk);
  run('fallocate', '-l', String(bavail * bsize), join(disk, 'filler'));
  run('dd', 'if=/dev/zero', `of=${join(disk, 'filler.rest')}`, 'bs=4k');
}

function empty(disk: string): void {
  for (const name of ['filler', 'filler.rest']) rmSync(join(disk, name), { force: true });
}

/** `publish` answers how many messages have been acknowledged. */
async function keptNats(disk: string) {
  const dir = join(disk, 'nats');
  const server = await startNats({ dir });
  closing(() => stopNats(dir));
  const { port, monitorPort } = server;
  const again = (signal: AbortSignal) => startNats({ dir, port, monitorPort, samePorts: true, signal });
  const [kept] = keepServers({ postgres: undefined, nats: { server, again } }, new Log()) as [KeptServer];
  closing(() => kept.stop());
  const connection = await connect({ port, maxReconnectAttempts: -1, reconnectTimeWait: 200 });
  closing(() => connection.close());
  const manager = () => jetstreamManager(connection, { checkAPI: false });
  await (await manager()).streams.add({ name: 'KEPT', subjects: ['kept'] });
  let acknowledged = 0;
  const publish = async () => {
    const sent = jetstream(connection, { checkAPI: false }).publish('kept', new Uint8Array(4_096), { timeout: 2_000 });
    acknowledged += await sent.then(
      () => 1,
      () => 0,
    );
    return acknowledged;
  };
  return { kept, publish, messages: async () => (await (await manager()).streams.info('KEPT')).state.messages };
}
