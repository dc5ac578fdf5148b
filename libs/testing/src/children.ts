import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from './platform.ts';
import { until } from './until.ts';

interface Child {
  name: string;
  pid: number;
  healthPort?: number;
}

type Place = Pick<Platform, 'dataDir'>;

/** The processes of `start --services`. */
export const childrenOf = ({ dataDir }: Place): Child[] =>
  (JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as { children: Child[] }).children;

/** What an orchestrator does in a rolling restart: SIGTERM, and on once another process is ready in its place. */
export async function replaceChild(platform: Place, name: string): Promise<void> {
  const find = () => childrenOf(platform).find((child) => child.name === name);
  const before = find()?.pid ?? 0;
  process.kill(before, 'SIGTERM');
  await until(
    async () => {
      const now = find();
      if (!now?.healthPort || now.pid === before) return false;
      return (await fetch(`http://127.0.0.1:${now.healthPort}/health/ready`)).ok;
    },
    { withinMs: 60_000, everyMs: 100, what: `${name} to be back` },
  );
}
