import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, type DatabaseSettings } from '@tidegate/database/data-source';
import { migrate } from '@tidegate/database/migrate';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import pg from 'pg';
import type { DataSource } from 'typeorm';

export interface BenchDatabase {
  admin: pg.ClientConfig;
  login: DatabaseSettings & { password: string };
  dataSource: DataSource;
  folder: string;
  /** Of the postmaster. */
  pid: number;
  stop(): Promise<void>;
}

/** A PostgreSQL of the bench's own with one service's schema, default durability. */
export async function benchDatabase(migrations: readonly string[] = []): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'));
  const server = await startPostgres({ dir: join(folder, 'pg'), password: 'bench' });
  const admin = { host: '127.0.0.1', port: server.port, user: 'postgres', password: 'bench', database: 'postgres' };
  const folders = ['libs/database/migrations', 'libs/messaging/migrations', ...migrations].map((path) =>
    join(process.cwd(), path),
  );
  await migrate(admin, [{ schema: 'bench', role: 'bench', password: 'bench', folders }]);
  const login = { ...admin, user: 'bench', schema: 'bench' };
  const dataSource = await connectDatabase({ ...login, poolSize: 16 });
  return {
    admin,
    login,
    dataSource,
    folder,
    pid: server.pid,
    stop: async () => {
      await dataSource.destroy();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs `work` from so many lanes for so long and answers how many were done a second. */
export async function rate(lanes: number, ms: number, work: (lane: number) => Promise<unknown>): Promise<number> {
  let done = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      while (performance.now() - began < ms) {
        await work(lane);
        done += 1;
      }
    }),
  );
  return done / ((performance.now() - began) / 1_000);
}

export const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
