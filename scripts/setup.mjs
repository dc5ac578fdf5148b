/*
 * What a bare machine with Node 20 and npm needs before our own code can run: dependencies, Node 24, the build.
 * Plain JavaScript without dependencies. Every step says what it waits for, and skips itself when nothing is to do.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text) => process.stderr.write(`${text}\n`);

export function fail(cause, fix) {
  say(`\nTidegate cannot go on: ${cause}\n  Fix: ${fix}`);
  process.exit(1);
}

/** `npm ci` when there are no dependencies or the lock file is another than the installed one. */
export function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const stamp = join(ROOT, 'node_modules', '.tidegate-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  if (
    existsSync(stamp) === false &&
    existsSync(join(ROOT, 'node_modules', '.package-lock.json')) &&
    installedMatches()
  ) {
    writeFileSync(stamp, lock);
    return;
  }
  say('Installing dependencies (npm ci); this is the long part of the first start …');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: '' },
  });
  if (npm.error) fail(`npm did not run: ${npm.error.message}`, 'install npm, or put it into PATH');
  if (npm.status !== 0) {
    fail(
      'npm ci failed; its own message stands above',
      'check the network and the free disk space, then run this again',
    );
  }
  writeFileSync(stamp, lock);
}

/** Somebody ran `npm ci` by hand: npm's own record of what is installed lists every package of the lock file. */
function installedMatches() {
  const names = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
  const [wanted, have] = [names('package-lock.json'), names('node_modules/.package-lock.json')];
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional || !path.startsWith('node_modules/') || have[path]?.version === entry.version,
  );
}

/** Node 24 from the pinned npm package, or a newer one that runs us or lies in PATH. */
export function findNode() {
  const pinned = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (isExecutable(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'node');
    if (!isExecutable(candidate)) continue;
    const version = spawnSync(candidate, ['--version'], { encoding: 'utf8' }).stdout ?? '';
    if (Number(version.slice(1).split('.')[0]) >= 24) return candidate;
  }
  return fail(
    `there is no Node 24 for ${process.platform}-${process.arch}`,
    'run npm ci (without --omit=optional), or put Node 24 or newer into PATH',
  );
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `tsc -b` when any source is newer than the last build. */
export function ensureBuild(node) {
  const stamp = join(ROOT, 'dist', '.built');
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (built > 0 && !anySourceNewer(built)) return;
  say('Building …');
  const started = Date.now();
  try {
    execFileSync(node, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 2],
    });
  } catch (error) {
    say(error.stdout?.toString() ?? '');
    fail('the build failed; the compiler’s message stands above', 'undo the last change to the sources, or fix it');
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, new Date(started).toISOString());
}

function anySourceNewer(time) {
  const folders = ['libs', 'services'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name)),
  );
  const sources = [...folders, join(ROOT, 'cli'), join(ROOT, 'bench')].flatMap((folder) => [
    join(folder, 'src'),
    join(folder, 'tsconfig.json'),
  ]);
  return [...sources, join(ROOT, 'main.ts'), join(ROOT, 'tsconfig.base.json')].some((path) => newer(path, time));
}

function newer(path, time) {
  if (!existsSync(path)) return false;
  const stat = statSync(path);
  if (stat.mtimeMs > time) return true;
  return stat.isDirectory() && readdirSync(path).some((name) => newer(join(path, name), time));
}

export function prepare() {
  if (process.versions.node.split('.')[0] < 20) fail(`this is Node ${process.versions.node}`, 'use Node 20 or newer');
  try {
    accessSync(ROOT, constants.W_OK);
  } catch {
    fail(`${ROOT} cannot be written by this user`, 'clone it as this user, or chown the folder');
  }
  ensureDependencies();
  const node = findNode();
  ensureBuild(node);
  return node;
}

/** Runs Node 24 in our place: same terminal, signals passed on, its exit code ours. */
export function handOver(node, args) {
  const child = spawn(node, args, { stdio: 'inherit', env: process.env });
  // The terminal sends Ctrl-C to both; others' signals come to us alone and are passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} did not run: ${error.message}`, 'run npm ci again'));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
