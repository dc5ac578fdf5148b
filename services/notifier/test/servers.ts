import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';

export interface Servers {
  databaseUrl: string;
  natsUrl: string;
  /** Ends both and deletes what they kept. */
  stop(): Promise<void>;
}

/** The embedded servers of the platform are detached; those of a test end with it, however it ends. */
const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) process.kill(pid, 'SIGKILL');
});

export async function startServers(dataDir: string, authorization: string): Promise<Servers> {
  const toolsDir = join(process.cwd(), '.data', 'tools');
  const started = await Promise.allSettled([
    startPostgres({ dir: join(dataDir, 'postgres'), settings: { fsync: 'off' } }),
    startNats({ dir: join(dataDir, 'nats'), authorization, toolsDir }),
  ]);
  const servers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const { pid } of servers) running.add(pid);
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    for (const { pid } of servers) running.delete(pid);
    rmSync(dataDir, { recursive: true, force: true });
  };
  const [postgres, nats] = started;
  if (postgres.status === 'fulfilled' && nats.status === 'fulfilled') {
    return { databaseUrl: postgres.value.url, natsUrl: nats.value.url, stop };
  }
  await stop();
  throw started.find((result) => result.status === 'rejected')?.reason;
}
