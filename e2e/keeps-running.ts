import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNats } from '@tidegate/runtime/embedded/nats-server';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { adminPassword, Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { SharedPlatform } from './shared-platform.ts';

/* What was started is kept running: its servers and its own output are taken away from the platform. */
export function keepsRunning(platform: SharedPlatform): void {
  describe('what was started', () => {
    let rest: Rest;
    beforeAll(() => {
      rest = new Rest(platform.url);
    });

    const isReady = async () => (await fetch(`${platform.url}/health/ready`)).status === 200;
    const logIn = () =>
      rest
        .post('/api/v1/sessions', { email: 'admin@localhost', password: adminPassword(platform) })
        .catch(() => undefined);
    const log = () => readFileSync(join(platform.dataDir, 'logs', 'tidegate.log'), 'utf8');

    test('nats-server and PostgreSQL that were killed are started again on their ports, and the reason is logged', async () => {
      const [nats, postgres] = [join(platform.dataDir, 'nats'), join(platform.dataDir, 'postgres')];
      for (const find of [() => findNats(nats), () => findPostgres(postgres)]) {
        const before = await find();
        if (!before) throw new Error('A server does not run.');
        process.kill(before.pid, 'SIGKILL');
        const after = await until(another(find, before), { withinMs: 30_000, what: 'the server to run again' });
        expect(after.port).toBe(before.port);
        await until(async () => (await isReady()) && (await logIn())?.status === 201, { withinMs: 30_000 });
      }
      await until(() => /"server":"nats-server","reason":"its process ended"/.test(log()), { what: 'the reason' });
      await until(() => /"server":"PostgreSQL".*"msg":"The server is running again"/.test(log()), { what: 'its end' });
    });

    test('a nats-server that hangs is ended and started again', async () => {
      const find = () => findNats(join(platform.dataDir, 'nats'));
      const before = await find();
      if (!before) throw new Error('nats-server does not run.');
      process.kill(before.pid, 'SIGSTOP');
      const after = await until(another(find, before), { withinMs: 120_000, everyMs: 500 });
      expect(after).toMatchObject({ port: before.port });
      await until(async () => (await isReady()) && (await logIn())?.status === 201, { withinMs: 30_000 });
    });

    test('it goes on when nobody can read what it says any more', async () => {
      platform.process.stdout?.destroy();
      platform.process.stderr?.destroy();
      // Whatever it logs for these goes into a closed pipe.
      for (let call = 0; call < 5; call += 1) expect((await logIn())?.status).toBe(201);
      expect(await isReady()).toBe(true);
    });
  });
}

/** Finds the server that took the place of one, which may be seen once more before it is gone. */
const another =
  <S extends { pid: number }>(find: () => Promise<S | undefined>, before: S) =>
  async (): Promise<S | undefined> => {
    const found = await find();
    return found?.pid === before.pid ? undefined : found;
  };
