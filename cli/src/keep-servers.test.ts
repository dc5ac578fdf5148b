import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNats, stopNats } from '@tidegate/runtime/embedded/nats-server';
import { Log } from '@tidegate/telemetry/log';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import { keepServers } from './keep-servers.ts';

/* A disk of its own, in memory, which only root can make. */
const disk = mkdtempSync(join(tmpdir(), 'tidegate-full-nats-'));
const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const isMade = run('mount', '-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk);
if (!isMade) process.stderr.write('keep-servers.test.ts: skipped in part, this user may not mount a disk\n');

test.runIf(isMade)(
  'a nats-server whose disk was full takes messages again once there is room, and has all that it acknowledged',
  async () => {
    closing(() => run('umount', '-l', disk));
    const dir = join(disk, 'nats');
    const server = await startNats({ dir });
    closing(() => stopNats(dir));
    const { port, monitorPort } = server;
    const again = (signal: AbortSignal) => startNats({ dir, port, monitorPort, samePorts: true, signal });
    const kept = keepServers({ postgres: undefined, nats: { server, again } }, new Log());
    closing(() => Promise.all(kept.map((one) => one.stop())));

    const connection = await connect({ port, maxReconnectAttempts: -1, reconnectTimeWait: 200 });
    closing(() => connection.close());
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    const client = jetstream(connection);
    let acknowledged = 0;
    const publish = async () => {
      if (await isPublished(client)) acknowledged += 1;
      return acknowledged;
    };
    await publish();

    const filler = join(disk, 'filler');
    const { bavail, bsize } = statfsSync(disk);
    run('fallocate', '-l', String(bavail * bsize), filler);
    run('dd', 'if=/dev/zero', `of=${filler}.rest`, 'bs=4k');
    // It is stuck by the first write that fails, and ended for it; while there is no room none is started.
    await until(async () => (await publish()) && kept[0]?.trouble?.includes('its disk was full'), { withinMs: 60_000 });
    rmSync(filler);
    rmSync(`${filler}.rest`, { force: true });

    const before = acknowledged;
    await until(async () => (await publish()) > before, { withinMs: 60_000, what: 'A message to be taken again' });
    const { state } = await (await jetstreamManager(connection)).streams.info('KEPT');
    // What was not acknowledged may be there as well.
    expect(state.messages).toBeGreaterThanOrEqual(acknowledged);
    expect(kept[0]?.trouble).toBeUndefined();
  },
);

async function isPublished(client: JetStreamClient): Promise<boolean> {
  return await client.publish('kept', new Uint8Array(4_096), { timeout: 2_000 }).then(
    () => true,
    () => false,
  );
}
