/*
 * What a bare machine with Node 18 and npm needs before our own code can run: dependencies, Node 24, the build.
 * Plain JavaScript without dependencies. Every step says what it waits for and is skipped when there is nothing to do.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants as os } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandOf, holders, sleep, tryTurn } from './turns.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** The least version that runs this file: that of Debian 12. */
const LEAST_HERE = 18;
const LEAST_NODE = 24;
const say = (text) => process.stderr.write(`${text}\n`);

export function fail(cause, fix) {
  say(`\nTidegate cannot go on: ${cause}\n  Fix: ${fix}`);
  process.exit(1);
}

/** Brings dependencies, Node 24 and the build up to date. Returns the path of Node 24. */
export function prepare({ tests = false } = {}) {
  if (major(process.versions.node) < LEAST_HERE) {
    fail(
      `this is Node ${process.versions.node}`,
      `use Node ${LEAST_HERE} or newer (Debian 12: apt-get install nodejs npm)`,
    );
  }
  const complete = places(tests).every((folder) => !dependenciesMissing(folder, tests));
  if (complete && !buildStale() && !consoleStale()) return findNode();
  // Of two commands at once in one checkout the second waits, and then finds nothing to do.
  const release = waitForTurn();
  try {
    for (const folder of places(tests)) if (dependenciesMissing(folder, tests)) installDependencies(folder);
    const node = findNode();
    if (buildStale()) build(node);
    if (consoleStale()) buildConsole(node);
    return node;
  } finally {
    release();
  }
}

const major = (version) => Number(version.replace(/^v/, '').split('.')[0]);
const lockFile = (folder) => readFileSync(join(folder, 'package-lock.json'));
const stampIn = (folder) => join(folder, 'node_modules', '.tidegate-lock');
const stampOfDependencies = stampIn(ROOT);
const stampOfBuild = join(ROOT, 'dist', '.built');

function may(path, right) {
  try {
    accessSync(path, right);
    return true;
  } catch {
    return false;
  }
}

function requireWritable(what) {
  if (!may(ROOT, constants.W_OK)) {
    fail(`${what}, and ${ROOT} cannot be written by this user`, 'clone it as this user, or chown the folder');
  }
}

// Dependencies

/** What only tests of deploy/ and of backups need is a package of its own, so that nobody else installs it. */
const FOR_TESTS = join(ROOT, 'deploy', 'tests');
const places = (tests) => [ROOT, ...(tests && existsSync(FOR_TESTS) ? [FOR_TESTS] : [])];

function dependenciesMissing(folder, tests) {
  const stamp = stampIn(folder);
  const hash = createHash('sha256').update(lockFile(folder)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false;
  if (!installedMatches(folder, tests)) return true;
  // Somebody ran npm by hand. If everything is there, the next check is a short one.
  if (installedMatches(folder, true) && may(dirname(stamp), constants.W_OK)) writeFileSync(stamp, hash);
  return false;
}

/** Whether npm's record of what is installed has every package of the lock file that we need here. */
function installedMatches(folder, tests) {
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const have = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(JSON.parse(lockFile(folder)).packages).every(([path, entry]) => {
    const needed = path.startsWith('node_modules/') && !entry.optional && (tests || !(entry.dev || entry.devOptional));
    return !needed || (have[path] !== undefined && have[path].version === entry.version);
  });
}

function installDependencies(folder) {
  requireWritable('dependencies must be installed');
  const what = folder === ROOT ? 'dependencies); this is the long part of the first start' : 'what the tests need)';
  say(`Waiting for npm ci (${what} …`);
  // npm announces itself too: when only we are killed, it continues, and a second one must not run beside it.
  const announce = 'f=$0.$$.$(cut -d" " -f22 /proc/$$/stat).npm; : > "$f" && exec npm "$@"';
  const npm = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('sh', ['-c', announce, join(ROOT, TURN), ...npm], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    // Even in production: the compiler is a development dependency.
    env: { ...process.env, NODE_ENV: '', npm_config_omit: '', npm_config_production: '' },
  });
  holders(ROOT, TURN);
  if (status === 127) fail('there is no npm', 'install npm (apt-get install npm), or put it into PATH');
  if (status !== 0) {
    fail(
      'npm ci failed; its own message stands above',
      'check the network and the free disk space, then run this again',
    );
  }
  writeFileSync(stampIn(folder), createHash('sha256').update(lockFile(folder)).digest('hex'));
}

// Node 24

/** The pinned npm package, or a newer Node that runs us or is in PATH. */
export function findNode() {
  const pinned = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (may(pinned, constants.X_OK)) return pinned;
  if (major(process.versions.node) >= LEAST_NODE) return process.execPath;
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const candidate = join(folder, 'node');
    if (!may(candidate, constants.X_OK)) continue;
    const { stdout } = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
    if (major(stdout ?? '') >= LEAST_NODE) return candidate;
  }
  return fail(
    `there is no Node ${LEAST_NODE} for ${process.platform}-${process.arch}`,
    `npm ci (without --omit=optional), or put Node ${LEAST_NODE} or newer into PATH`,
  );
}

// The build

/** Of the compiler's four checkers each works out for itself what they share: one takes 14 s of CPU, four take 26. */
export const ONE_CHECKER = ['--checkers', '1'];

/** Whether any source is newer than the last build. A folder is newer when a file in it was added or removed. */
function buildStale() {
  if (!existsSync(stampOfBuild)) return true;
  const built = statSync(stampOfBuild).mtimeMs;
  const packages = ['libs', 'services'].flatMap((group) => childrenOf(join(ROOT, group)));
  const parts = [...packages, join(ROOT, 'cli'), join(ROOT, 'bench')].flatMap((folder) =>
    ['src', 'tsconfig.json', 'package.json'].map((name) => join(folder, name)),
  );
  if (packages.some((folder) => existsSync(join(folder, 'src')) && !existsSync(join(folder, 'dist')))) return true;
  const shared = ['main.ts', 'tsconfig.json', 'tsconfig.base.json'].map((name) => join(ROOT, name));
  return [...parts, ...shared, stampOfDependencies].some((path) => isNewer(path, built));
}

const childrenOf = (folder) => readdirSync(folder).map((name) => join(folder, name));

function isNewer(path, time) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return false;
  return stat.mtimeMs > time || (stat.isDirectory() && childrenOf(path).some((child) => isNewer(child, time)));
}

function build(node) {
  requireWritable('the sources must be built');
  say('Waiting for the build …');
  const began = new Date();
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, error } = spawnSync(node, [tsc, '-b', ...ONE_CHECKER], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (error) fail(`the compiler did not run: ${error.message}`, 'npm ci');
  if (status !== 0) {
    fail('the build failed; the compiler’s messages stand above', 'undo the last change to the sources, or correct it');
  }
  mkdirSync(dirname(stampOfBuild), { recursive: true });
  writeFileSync(stampOfBuild, '');
  // Files that changed during the build must be newer than the stamp.
  utimesSync(stampOfBuild, began, began);
}

// The console

const stampOfConsole = join(ROOT, 'console', 'dist', '.built');

/** A checkout without its sources has none. */
function consoleStale() {
  if (!existsSync(join(ROOT, 'console', 'src'))) return false;
  if (!existsSync(stampOfConsole)) return true;
  const built = statSync(stampOfConsole).mtimeMs;
  const own = ['src', 'public', 'index.html', 'vite.config.mjs', 'package.json'].map((name) => join('console', name));
  const used = [join('libs', 'client', 'src'), join('libs', 'contracts', 'src')];
  return [...own, ...used].some((path) => isNewer(join(ROOT, path), built)) || isNewer(stampOfDependencies, built);
}

function buildConsole(node) {
  requireWritable('the console must be built');
  say('Waiting for the console …');
  const began = new Date();
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status, error } = spawnSync(node, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(ROOT, 'console'),
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (error) fail(`the console's build did not run: ${error.message}`, 'npm ci');
  if (status !== 0) fail('the console was not built; the messages stand above', 'undo the last change, or correct it');
  writeFileSync(stampOfConsole, '');
  utimesSync(stampOfConsole, began, began);
}

// One at a time

const TURN = '.setup-turn';
const SAY_EVERY_MS = 60_000;
const GIVE_UP_MS = 30 * 60_000;

/** Returns what ends our turn. Processes that died do not count, whatever they left behind (turns.mjs). */
function waitForTurn() {
  const began = Date.now();
  for (let said = 0; ; ) {
    const { release, holder } = announce();
    if (release) {
      process.once('exit', release);
      return release;
    }
    const now = Date.now();
    if (now - began > GIVE_UP_MS) {
      fail(
        `process ${holder} (${commandOf(holder)}) has set up this checkout for half an hour`,
        `kill ${holder}, if it hangs`,
      );
    }
    if (now - said > SAY_EVERY_MS && now - began > 500) {
      said = now;
      say(`Waiting for another set-up of this checkout (process ${holder}: ${commandOf(holder)}) …`);
    }
    sleep(100 + Math.random() * 200);
  }
}

function announce() {
  requireWritable('this checkout must be set up');
  try {
    return tryTurn(ROOT, TURN);
  } catch (error) {
    const fix = error.code === 'ENOSPC' ? 'free some disk space' : 'clone it where this user may write';
    return fail(`${ROOT} cannot be written (${error.code})`, fix);
  }
}

// Handing over

/**
 * Runs Node 24 in our place: same terminal, signals passed on, its exit code is ours. By its channel to us it notices
 * when we are killed.
 */
export function handOver(node, args) {
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: process.env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} did not run: ${error.message}`, 'npm ci'));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + os.signals[signal] : code));
}
