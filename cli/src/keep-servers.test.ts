import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { KeptServer } from '@tidegate/runtime/embedded/kept-server';
import { startNats, stopNats } from '@tidegate/runtime/embedded/nats-server';
import { Log } from '@tidegate/telemetry/log';
import { closing } from '@tidegate/testing/closing';
import { type SmallDisk, smallDisk } from '@tidegate/testing/small-disk';
import { until } from '@tidegate/testing/until';
import { keepServers } from './keep-servers.ts';

/* One in memory, on which nats-server is stuck when it is full, and one that can hang. */
const [inMemory, inFile] = [smallDisk(96, { inMemory: true }), smallDisk(96)];
if (!inMemory || !inFile) process.stderr.write('keep-servers.test.ts: skipped in part, no disk can be mounted here\n');
afterAll(() => {
  inMemory?.close();
  inFile?.close();
});

test.runIf(inMemory)('a nats-server that a full disk stopped is started once there is room', async () => {
  const disk = inMemory as SmallDisk;
  const { kept, publish, messages } = await keptNats(disk.folder);
  await publish();
  disk.fill();
  // It is stuck by the first write that fails, and ended for it; while there is no room none is started.
  await until(async () => (await publish()) && kept.trouble?.includes('its disk was full'), { withinMs: 60_000 });
  disk.empty();
  const before = await publish();
  await until(async () => (await publish()) > before, { withinMs: 60_000, what: 'A message to be taken again' });
  // What was not acknowledged may be there as well.
  const acknowledged = await publish();
  expect(await messages()).toBeGreaterThanOrEqual(acknowledged);
});

test.runIf(inFile)('one whose disk hangs is left alone, also when it was full just now', async () => {
  const disk = inFile as SmallDisk;
  const { kept, publish, messages } = await keptNats(disk.folder);
  await publish();
  disk.fill();
  // It is asked meanwhile.
  await setTimeout(3_000);
  disk.empty();
  const full = await publish();
  await until(async () => (await publish()) > full && kept.trouble === undefined, { withinMs: 60_000 });

  const { pid } = kept;
  disk.hang();
  closing(() => disk.goOn());
  void publish();
  await until(() => kept.trouble === 'its disk does not answer', { withinMs: 60_000 });
  disk.goOn();
  const frozen = await publish();
  await until(async () => (await publish()) > frozen && kept.trouble === undefined, { withinMs: 60_000 });
  expect(kept.pid).toBe(pid);
  const acknowledged = await publish();
  expect(await messages()).toBeGreaterThanOrEqual(acknowledged);
});

/** `publish` answers how many messages have been acknowledged. */
async function keptNats(folder: string) {
  const dir = join(folder, 'nats');
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
