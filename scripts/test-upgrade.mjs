/*
 * `npm run test:upgrade [PATTERN …]`: the release before and this one. First one installation goes from the one to the other,
 * back and forth again while customers work; then tests of the release before run on the tables of this one: by default
 * its end-to-end walk in a process per service, else those whose path fits (`services/` takes them all).
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { giveMigrations, prepareReleaseBefore } from './release-before.mjs';
import { prepare, ROOT } from './setup.mjs';

const patterns = process.argv.slice(2);
const node = prepare({ tests: true });
const before = prepareReleaseBefore(node);
if (before.missing) {
  process.stderr.write(`skipped: ${before.missing}\n`);
  process.stdout.write('0 passed, 0 failed, skipped\n');
  process.exit(0);
}
const say = (text) => process.stderr.write(`${text}\n`);

function vitest(root, args, env = {}) {
  const command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--maxWorkers=1', ...args];
  const { status } = spawnSync(node, command, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'test', ...env },
  });
  return status === 0;
}

giveMigrations(before.root, 'own');
say(`From ${before.version} to this and back`);
const walked = vitest(ROOT, ['--config', 'vitest.upgrade.mjs'], { RELEASE_BEFORE: before.root });
say(`Tests of ${before.version} on the tables of this release`);
giveMigrations(before.root, 'newest');
const fits = vitest(before.root, patterns.length > 0 ? patterns : ['e2e/process-per-service']);
giveMigrations(before.root, 'own');
const failed = [walked, fits].filter((ok) => !ok).length;
process.stdout.write(`${2 - failed} passed, ${failed} failed\n`);
process.exit(failed);
