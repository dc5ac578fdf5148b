/*
 * `npm run test:containers`: the image is built and started, and the whole of deploy/compose is brought up, walked over
 * HTTPS, killed part by part and taken down. Needs a container engine and Compose 2; without them it says so and is skipped.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findEngine } from './engine.mjs';
import { prepare, ROOT } from './setup.mjs';

const engine = await findEngine();
if (engine.missing) {
  process.stderr.write(`skipped: ${engine.missing}\n`);
  process.stdout.write('0 passed, 0 failed, skipped\n');
  process.exit(0);
}
const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.containers.mjs'];
const { status } = spawnSync(prepare({ tests: true }), [...vitest, ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: 'test' },
});
process.exit(status ?? 1);
