/*
 * The release before this one, as deploy/releases.json names it: its sources from git, built in a folder of their own, with
 * the dependencies of this checkout where they are the same.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ONE_CHECKER, ROOT } from './setup.mjs';

const PACKAGES = ['libs', 'services'];
const read = (root, file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/** `{ root, version }`, or `{ missing }` in words. */
export function prepareReleaseBefore(node) {
  const { version, commit } = read(ROOT, 'deploy/releases.json').findLast((one) => one.commit);
  // Not below node_modules, where the compiler takes types of packages for unreachable.
  const root = join(ROOT, '.data', 'releases', commit);
  const finished = join(root, '.finished');
  if (existsSync(finished)) return { root, version };
  if (spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT }).status !== 0) {
    return { missing: `release ${version} (${commit}) is not in this checkout; git fetch --unshallow brings it` };
  }
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  extract(root, commit, []);
  install(root);
  run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...ONE_CHECKER], root);
  writeFileSync(finished, '');
  return { root, version };
}

/** Which migrations its services run: `own`, those it came with, or `newest`, those of this checkout. */
export function giveMigrations(root, which) {
  const { commit } = read(ROOT, 'deploy/releases.json').findLast((one) => one.commit);
  for (const folder of migrationFolders(root)) {
    rmSync(join(root, folder), { recursive: true });
    if (which === 'newest') {
      cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
      for (const name of readdirSync(join(root, folder))) withinTransaction(join(root, folder, name));
    }
  }
  if (which === 'own') {
    extract(
      root,
      commit,
      PACKAGES.map((top) => `${top}/*/migrations`),
    );
  }
}

/** 0.1.0 runs every migration in a transaction, where an index cannot be made beside others' work. */
function withinTransaction(file) {
  const text = readFileSync(file, 'utf8');
  if (text.startsWith('-- phase: expand, outside a transaction')) {
    writeFileSync(file, text.replace(/\bconcurrently\b/i, ''));
  }
}

const migrationFolders = (root) =>
  PACKAGES.flatMap((top) => readdirSync(join(root, top)).map((name) => `${top}/${name}/migrations`)).filter((folder) =>
    existsSync(join(root, folder)),
  );

function extract(root, commit, paths) {
  const args = ['archive', commit, ...paths.map((path) => `:(glob)${path}/**`)];
  const { stdout } = spawnSync('git', args, { cwd: ROOT, maxBuffer: 2 ** 30 });
  run('tar', ['-x'], root, stdout);
}

/** Packages of its own beside ours; where it needs another version of anything, everything is its own. */
function install(root) {
  const [theirs, ours] = [root, ROOT].map((one) => read(one, 'package.json'));
  const lists = ['dependencies', 'devDependencies', 'optionalDependencies'];
  const all = (manifest) => Object.assign({}, ...lists.map((list) => manifest[list] ?? {}));
  const has = all(ours);
  if (Object.entries(all(theirs)).some(([name, version]) => has[name] !== version)) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], root);
    return;
  }
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, '@tidegate'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== '@tidegate' && name !== '.cache') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  const folders = [
    ...PACKAGES.flatMap((top) => readdirSync(join(root, top)).map((name) => `${top}/${name}`)),
    'cli',
    'bench',
    'console',
  ];
  for (const folder of folders) {
    const [, name] = read(root, `${folder}/package.json`).name.split('/');
    symlinkSync(join(root, folder), join(modules, '@tidegate', name));
  }
}

function run(command, args, cwd, input) {
  const stdio = [input ? 'pipe' : 'ignore', 2, 2];
  const { status, error } = spawnSync(command, args, { cwd, stdio, ...(input && { input }) });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd} ended with ${error ?? status}`);
}
