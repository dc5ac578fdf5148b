import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NatsOptions, type RunningNats, startNats } from '@tidegate/runtime/embedded/nats-server';
import { fromContainers, startNatsContainer } from './containers.ts';

/* The platform's server is detached and outlives its process; a test's ends with the test, however that ends. */
const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) process.kill(pid, 'SIGKILL');
});

/** A nats-server of the test's own: streams have fixed names, so two tests cannot share one. */
export async function startTestNats(options: Pick<NatsOptions, 'authorization'> = {}): Promise<RunningNats> {
  if (fromContainers()) return startNatsContainer(options.authorization);
  const dir = mkdtempSync(join(tmpdir(), 'tidegate-nats-'));
  const server = await startNats({ ...options, dir, toolsDir: join(process.cwd(), '.data', 'tools') });
  running.add(server.pid);
  return {
    ...server,
    stop: async () => {
      await server.stop();
      running.delete(server.pid);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
