import { fileURLToPath } from 'node:url';
import { bundleFaults, LIMITS, readBundle } from '../../scripts/repo/bundle.mjs';
import type { Result } from './main.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHOWN = 8;

/** What a visitor of the console loads, by gzip, against its budget; `node scripts/check-repo.mjs` fails by the same. */
export async function bundle(): Promise<Result> {
  const built = readBundle(ROOT);
  if (!built) throw new Error('The console was not built: npm start does it, or npx vite build console.');
  const line = (name: string, bytes: number, limit?: number) =>
    process.stdout.write(`${name.padEnd(52)} ${kB(bytes).padStart(9)}${limit ? ` of ${kB(limit)}` : ''}\n`);
  line('first load, JavaScript', built.firstLoad, LIMITS.firstLoad);
  for (const { file, bytes } of built.firstFiles.slice(0, SHOWN)) line(`  ${file}`, bytes);
  line('first load, styles', built.firstStyles, LIMITS.firstStyles);
  for (const { name, bytes, withCharts } of built.routes.slice(0, SHOWN)) {
    line(`${name}${withCharts > bytes ? ` (with charts ${kB(withCharts)})` : ''}`, bytes, LIMITS.route);
  }
  line('all files, not compressed', built.all, LIMITS.all);
  for (const { message } of bundleFaults(built)) process.stdout.write(`TOO MUCH ${message}\n`);
  return {
    name: 'bundle',
    value: Math.round(built.firstLoad / 100) / 10,
    unit: 'kB of JavaScript by gzip in the first load',
    ratio: Number((built.firstLoad / LIMITS.firstLoad).toFixed(2)),
    against: 'its limit',
  };
}

const kB = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`;
