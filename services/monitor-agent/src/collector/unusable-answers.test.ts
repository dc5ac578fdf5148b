import { connect } from 'node:net';
import { getServer } from '@tidegate/contracts/monitor-agent/server';
import { addServer, Replica, snapshotAt } from '../../test/collector.ts';
import { FakeServer } from '../../test/fake-server.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { GetServer } from '../servers/get-server.ts';

const store = useStore();
const server = useServer(FIRST_VERSION);
/** A value of a row, with its length before it. */
const SENT = Buffer.from('\0\0\0\bpostgres');
const FORGED = Buffer.from('\0\0\0\bpost\0res');

/** Keeps to the protocol, and has zeros in its names, which no PostgreSQL can have and ours cannot store. */
const forging = () =>
  FakeServer.start((socket) => {
    const behind = connect(server.port, server.host);
    behind.on('error', () => {});
    socket.on('close', () => behind.destroy());
    socket.pipe(behind);
    behind.on('data', (chunk) => {
      for (let at = chunk.indexOf(SENT); at >= 0; at = chunk.indexOf(SENT, at)) FORGED.copy(chunk, at);
      socket.write(chunk);
    });
  });

test('what cannot be stored is the server’s failure, told by name; the others are collected from', async () => {
  const fake = await forging();
  const forged = await addServer(store, { host: '127.0.0.1', port: fake.port });
  const honest = await addServer(store, server);
  const replica = new Replica(store);
  const failureOf = async () =>
    (await store.call(new GetServer(), getServer, { serverId: forged.serverId }, forged.orgId)).failure;
  await replica.turnUntil(async () => {
    const looked = (await snapshotAt(store, honest.serverId)) !== undefined;
    return looked && (await failureOf())?.code === 'answer_unusable';
  });
  expect((await failureOf())?.what).toContain('were not stored');
  await replica.stop();
  await fake.stop();
});
