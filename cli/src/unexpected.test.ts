import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CRASHED } from './unexpected.ts';

const run = (what: string) =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { watchUnexpected } from '${join(process.cwd(), 'cli/dist/unexpected.js')}';
       watchUnexpected();
       ${what}
       setTimeout(() => console.log('went on'), 50);`,
    ],
    { encoding: 'utf8' },
  );

test('an unhandled rejection is logged with its reason, and everything else continues', () => {
  const { status, stdout } = run("Promise.reject(new TypeError('of one piece of work'));");
  expect(status).toBe(0);
  expect(stdout).toMatch(/"name":"TypeError","message":"of one piece of work".*"stack":/);
  expect(stdout).toContain('went on');
});

test('an uncaught exception is logged with its reason, and the process ends for a restart', () => {
  const { status, stdout } = run("setImmediate(() => { throw new RangeError('in a listener'); });");
  expect(status).toBe(CRASHED);
  expect(stdout).toMatch(/"message":"in a listener".*"origin":"uncaughtException"/);
  expect(stdout).not.toContain('went on');
});
