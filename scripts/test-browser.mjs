/* `npm run test:browser`: the console in a browser. Brings Debian's Chromium where none is and this user may. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ROOT } from './setup.mjs';

const PLACES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(
  (name) => `/usr/bin/${name}`,
);
const there = () => [process.env.CHROMIUM, ...PLACES].some((path) => path && existsSync(path));
const run = (command, args) => spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' }).status;

if (!there() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
  process.stderr.write('Waiting for apt-get (chromium-headless-shell) …\n');
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium-headless-shell']);
}
if (!there())
  fail('there is no Chromium', 'apt-get install chromium-headless-shell as root, or set CHROMIUM to the path of one');
process.exit(run(process.execPath, [join(ROOT, 'scripts', 'test.mjs'), 'e2e/one-process']) ?? 1);
