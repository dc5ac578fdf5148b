/*
 * Brings Debian's Chromium where none is and this user may, so that the console is tested in a browser. Whoever may not, or
 * reaches no mirror, is told so; the tests say then what they left out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ROOT } from './setup.mjs';

const PACKAGE = 'chromium-headless-shell';
const PLACES = [PACKAGE, 'chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
const there = () => [process.env.CHROMIUM, ...PLACES].some((path) => path && existsSync(path));

/** A mirror that hangs holds nobody up for longer than this. */
const PATIENCE_MS = 5 * 60_000;

/** Whether there is a Chromium now. */
export function bringChromium() {
  if (!there() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write(`Waiting for apt-get (${PACKAGE}) …\n`);
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', PACKAGE);
  }
  return there();
}

export const HOW_TO_BRING_IT = `apt-get install ${PACKAGE} as root, or set CHROMIUM to the path of one`;

function apt(...args) {
  spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: PATIENCE_MS,
  });
}
