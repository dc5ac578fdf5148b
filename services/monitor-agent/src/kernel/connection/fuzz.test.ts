import { connect as connectSocket, type Socket } from 'node:net';
import { LONG } from '@tidegate/testing/long';
import { onAsked } from '../../../test/backend.ts';
import { LOOPBACK } from '../../../test/connecting.ts';
import { FakeServer } from '../../../test/fake-server.ts';
import { conversations, type Pieces, type Talk } from '../../../test/mutations.ts';
import { FIRST_VERSION, PostgresServer } from '../../../test/postgres-server.ts';
import { makeWatcher, WATCHER_PASSWORD } from '../../../test/watched.ts';
import { readFacts } from '../../servers/report/facts.queries.ts';
import { readInstance } from '../instance/instance.queries.ts';
import { connectServer } from './connect-server.ts';
import { describeFailure, failureCode } from './connection-failure.rules.ts';
import { Intake } from './intake.ts';

/*
 * What a real server said is changed at random, a seed at a time, and said again. Whatever comes of it, each conversation
 * ends within its time, with an answer or with a failure that has a name; nothing is thrown where nobody catches it, and
 * nothing of it stays in memory. FUZZ_SEED repeats one run; FUZZ_RUNS (or TEST_LONG) makes it longer.
 */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? (LONG ? 50_000 : 2_000));
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_128);
const AT_ONCE = 40;

const intake = new Intake();
const target = (port: number) => ({
  host: '127.0.0.1',
  port,
  database: 'postgres',
  user: 'watcher',
  password: WATCHER_PASSWORD,
  tlsMode: 'disable' as const,
  tlsCa: null,
});

async function converse(port: number, waitMs: number): Promise<string> {
  try {
    const connection = await connectServer(target(port), LOOPBACK, {
      timeoutMs: waitMs,
      answerTimeoutMs: waitMs,
      maxAnswerBytes: 1_000_000,
      intake,
    });
    try {
      await Promise.all([readFacts(connection), readInstance(connection)]);
      await connection.rows('select relname, relkind, relpages, relacl from pg_class order by oid limit 40');
    } finally {
      await connection.close();
    }
    return 'answered';
  } catch (error) {
    const code = failureCode(error);
    describeFailure(code, target(port));
    return code;
  }
}

/** What the server says each time that it is asked. */
async function record(): Promise<Talk> {
  const server = await PostgresServer.start(FIRST_VERSION, { hba: 'host all all all trust\n' });
  await makeWatcher(server);
  const talk: Buffer[] = [];
  const proxy = await FakeServer.start((socket) => {
    const behind = connectSocket(server.port, server.host);
    behind.on('error', () => {});
    socket.on('close', () => behind.destroy());
    onAsked(socket, () => talk.push(Buffer.alloc(0)));
    socket.pipe(behind);
    behind.on('data', (chunk) => {
      // Queries travel together; what comes belongs to the first that has no end yet.
      for (const part of parts(chunk)) {
        const at = talk.findIndex((said) => !ended(said));
        talk[at] = Buffer.concat([talk[at] ?? Buffer.alloc(0), part]);
      }
      socket.write(chunk);
    });
  });
  expect(await converse(proxy.port, 20_000)).toBe('answered');
  await proxy.stop();
  await server.stop();
  return talk.filter((said) => said.length > 0);
}

const READY = Buffer.from([0x5a, 0, 0, 0, 5]);
const ended = (said: Buffer) => said.length > 5 && said.subarray(-6, -1).equals(READY);

function parts(chunk: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let from = 0;
  for (let at = chunk.indexOf(READY); at >= 0; at = chunk.indexOf(READY, from)) {
    found.push(chunk.subarray(from, at + 6));
    from = at + 6;
  }
  return from < chunk.length ? [...found, chunk.subarray(from)] : found;
}

function play(socket: Socket, said: Pieces): void {
  onAsked(socket, (index) => {
    for (const piece of said[index] ?? []) socket.write(piece);
    if (index >= said.length - 1) socket.end();
  });
}

test(`${RUNS} conversations changed at random end by themselves`, async () => {
  const talk = await record();
  const outcomes = new Map<string, number>();
  const queue = conversations(talk, SEED, RUNS);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      let said: Pieces = [];
      const fake = await FakeServer.start((socket) => play(socket, said));
      for (said of queue) {
        const code = await converse(fake.port, 400);
        outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
        fake.received.length = 0;
      }
      await fake.stop();
    }),
  );
  if (process.env['FUZZ_RUNS']) console.info(Object.fromEntries(outcomes));
  expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(RUNS);
  // Some changes hurt nothing, most are noticed; were it otherwise nothing would have been tried.
  expect(outcomes.get('answered')).toBeGreaterThan(0);
  expect(outcomes.get('answer_malformed')).toBeGreaterThan(RUNS / 20);
  expect(intake.bytes).toBe(0);
});
