import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { runPostgres } from '@tidegate/testing/test-run';
import pg from 'pg';

export interface Servers {
  databaseUrl: string;
  natsUrl: string;
  /** Stops what belongs to this test and deletes what it stored. */
  stop(): Promise<void>;
}

/** The embedded nats-server of the platform is detached; that of a test ends with it, however it ends. */
const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) process.kill(pid, 'SIGKILL');
});

/** A nats-server of its own, whose rights are tried here, and a database of its own on the run's PostgreSQL. */
export async function startServers(dataDir: string, authorization: string): Promise<Servers> {
  const toolsDir = join(process.cwd(), '.data', 'tools');
  const [postgres, nats] = await Promise.all([
    runPostgres(),
    startNats({ dir: join(dataDir, 'nats'), authorization, toolsDir }),
  ]);
  running.add(nats.pid);
  const database = `notifier_${randomBytes(9).toString('hex')}`;
  const administer = async (statement: string) => {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await administer(`create database ${database}`);
  const url = new URL(postgres.url);
  url.pathname = `/${database}`;
  return {
    databaseUrl: url.href,
    natsUrl: nats.url,
    stop: async () => {
      await nats.stop();
      running.delete(nats.pid);
      await administer(`drop database if exists ${database} with (force)`);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
