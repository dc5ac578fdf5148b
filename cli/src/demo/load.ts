import { spawnSync } from 'node:child_process';
import pg from 'pg';

/** The transaction of TPC-B as pgbench runs it, one statement a line. */
const SCRIPT = [
  'BEGIN;',
  'UPDATE pgbench_accounts SET abalance = abalance + $delta WHERE aid = $aid;',
  'SELECT abalance FROM pgbench_accounts WHERE aid = $aid;',
  'UPDATE pgbench_tellers SET tbalance = tbalance + $delta WHERE tid = $tid;',
  'UPDATE pgbench_branches SET bbalance = bbalance + $delta WHERE bid = 1;',
  'INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ($tid, 1, $aid, $delta, CURRENT_TIMESTAMP);',
  'END;',
] as const;

/** Words that tell the statements of the transaction apart from each other and from everything else. */
export const LOAD_STATEMENTS: readonly RegExp[] = [
  /^BEGIN/i,
  /^UPDATE pgbench_accounts/i,
  /^SELECT abalance/i,
  /^UPDATE pgbench_tellers/i,
  /^UPDATE pgbench_branches/i,
  /^INSERT INTO pgbench_history/i,
  /^END/i,
];

export interface Load {
  generator: 'pgbench' | 'own script';
  /** As the generator counted them; each runs every statement once. */
  transactions: number;
}

const CLIENTS = 4;

export const hasPgbench = (): boolean => spawnSync('pgbench', ['--version'], { stdio: 'ignore' }).status === 0;

/** Puts `perClient` transactions of each of four clients on the customer's database. */
export async function runLoad(login: pg.ClientConfig, perClient: number, own = !hasPgbench()): Promise<Load> {
  return own ? runOwn(login, perClient) : runPgbench(login, perClient);
}

function runPgbench(login: pg.ClientConfig, perClient: number): Load {
  const { status, stdout, stderr } = spawnSync(
    'pgbench',
    ['-n', '-c', String(CLIENTS), '-j', '2', '-t', String(perClient), String(login.database)],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        PGHOST: String(login.host),
        PGPORT: String(login.port),
        PGUSER: String(login.user),
        PGPASSWORD: String(login.password),
      },
    },
  );
  const counted = /transactions actually processed: (\d+)/.exec(stdout)?.[1];
  if (status !== 0 || !counted) throw new Error(`pgbench failed: ${stderr}`);
  return { generator: 'pgbench', transactions: Number(counted) };
}

async function runOwn(login: pg.ClientConfig, perClient: number): Promise<Load> {
  const clients = Array.from({ length: CLIENTS }, () => new pg.Client(login));
  // One that breaks fails the transaction that it is for.
  for (const client of clients) client.on('error', () => undefined);
  let transactions = 0;
  await Promise.all(
    clients.map(async (client, index) => {
      await client.connect();
      for (let number = 0; number < perClient; number += 1) {
        await transaction(client, index * perClient + number);
        transactions += 1;
      }
      await client.end();
    }),
  );
  return { generator: 'own script', transactions };
}

async function transaction(client: pg.Client, seed: number): Promise<void> {
  const values = { aid: ((seed * 7_919) % 100_000) + 1, tid: (seed % 10) + 1, delta: (seed % 9_999) - 5_000 };
  for (const line of SCRIPT) {
    await client.query(line.replaceAll(/\$(aid|tid|delta)/g, (_match, name: keyof typeof values) => `${values[name]}`));
  }
}
