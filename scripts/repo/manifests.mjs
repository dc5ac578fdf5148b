/*
 * Each package.json lists what its package imports, and no more: `dependencies` what runs, `devDependencies` what only
 * tests import. The package.json at the top names the version of everything from outside, once for all; what it lists
 * for tests (vitest, fast-check, …) is there for every package. `node scripts/repo/manifests.mjs --fix` writes the lists, and the references of each tsconfig.json with them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { isRun } from '../is-run.mjs';
import { ROOT } from '../setup.mjs';
import { readModules } from './imports.mjs';
import { packageOf } from './sources.mjs';

/** Used without an import: the compiler, a peer of Nest, a file that is served. */
const WITHOUT_IMPORT = new Set(['typescript', 'rxjs', 'minisearch']);
const FIX = 'scripts/repo/manifests.mjs --fix';

export function checkManifests(root, modules) {
  const top = readManifest(root, '.');
  if (!top) return [];
  const packages = importsOfPackages(modules);
  const used = new Set([...packages.values()].flatMap(({ runs, tests }) => [...runs, ...tests]));
  const surplus = Object.keys(top.dependencies ?? {}).filter((name) => !used.has(name) && !WITHOUT_IMPORT.has(name));
  const faultsOfTop = surplus.map((name) => ({
    rule: 'manifests',
    path: 'package.json',
    message: `${name} is not imported`,
  }));
  const faults = [...packages].flatMap(([folder, imports]) => {
    const manifest = readManifest(root, folder);
    if (!manifest) return [];
    const wanted = wantedLists(top, packages, folder, imports);
    const path = `${folder}/package.json`;
    const withoutScript = Object.keys(scriptsOf(folder)).filter((name) => !manifest.scripts?.[name]);
    const faultsOfScripts = withoutScript.map((name) => ({ rule: 'manifests', path, message: `no script ${name}` }));
    const faultsOfLists = ['dependencies', 'devDependencies'].flatMap((list) => {
      const has = manifest[list] ?? {};
      const wants = wanted[list];
      const fault = (message) => ({ rule: 'manifests', path, message: `${list}: ${message}; node ${FIX}` });
      return [
        ...Object.keys(wants)
          .filter((name) => !(name in has))
          .map((name) => fault(`${name} is missing`)),
        ...Object.keys(has)
          .filter((name) => !(name in wants))
          .map((name) => fault(`${name} is not imported`)),
        ...Object.keys(has)
          .filter((name) => name in wants && wants[name] !== has[name])
          .map((name) => fault(`${name} is ${has[name]}, elsewhere ${wants[name]}`)),
      ];
    });
    return [...faultsOfScripts, ...faultsOfLists];
  });
  return [...faultsOfTop, ...faults];
}

/** By folder of a package, the names that it imports: in what runs, and in tests. */
function importsOfPackages(modules) {
  const found = new Map();
  for (const { source, dependencies } of modules) {
    const folder = packageOf(source);
    if (!/^(libs|services|cli|bench)\b/.test(folder)) continue;
    if (!found.has(folder)) found.set(folder, { runs: new Set(), tests: new Set() });
    const isTest = /\.test\.m?ts$|\/test\//.test(source);
    for (const { module } of dependencies) {
      const name = packageName(module);
      if (name && name !== nameOf(folder)) found.get(folder)[isTest ? 'tests' : 'runs'].add(name);
    }
  }
  return found;
}

function packageName(specifier) {
  if (specifier.startsWith('.') || isBuiltin(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const nameOf = (folder) => `@tidegate/${folder.split('/').at(-1)}`;

/** What the top lists for development stays that, or an installation without it would need vitest. */
function wantedLists(top, packages, folder, { runs, tests }) {
  const forTests = /^(libs\/testing|bench)$/.test(folder);
  const developing = (name) => name in (top.devDependencies ?? {});
  const versions = { ...top.optionalDependencies, ...top.dependencies, ...(forTests ? top.devDependencies : {}) };
  const versionOf = (name) => (name.startsWith('@tidegate/') ? top.version : (versions[name] ?? 'not at the top'));
  const list = (names) => Object.fromEntries(names.sort().map((name) => [name, versionOf(name)]));
  const onlyTests = [...tests].filter(
    (name) => !runs.has(name) && !developing(name) && !standsOn(packages, name, folder),
  );
  const tools = forTests ? [...runs].filter(developing) : [];
  return {
    dependencies: list([...runs].filter((name) => !tools.includes(name))),
    devDependencies: list([...onlyTests, ...tools]),
  };
}

/** Whether a package of ours runs on `folder`, whose tests may use it all the same: a dependency would be a circle. */
function standsOn(packages, name, folder, seen = new Set()) {
  if (seen.has(name)) return false;
  seen.add(name);
  const [, imports] = [...packages].find(([other]) => nameOf(other) === name) ?? [];
  return [...(imports?.runs ?? [])].some((next) => next === nameOf(folder) || standsOn(packages, next, folder, seen));
}

function readManifest(root, folder) {
  const file = join(root, folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

async function fix(root) {
  const { modules } = await readModules(root);
  const top = readManifest(root, '.');
  const packages = importsOfPackages(modules);
  for (const [folder, imports] of packages) {
    const manifest = readManifest(root, folder);
    if (!manifest) continue;
    const wanted = wantedLists(top, packages, folder, imports);
    manifest.scripts = { ...manifest.scripts, ...scriptsOf(folder) };
    for (const list of ['dependencies', 'devDependencies']) {
      if (Object.keys(wanted[list]).length > 0) manifest[list] = wanted[list];
      else delete manifest[list];
    }
    write(join(root, folder, 'package.json'), manifest);
    const config = JSON.parse(readFileSync(join(root, folder, 'tsconfig.json'), 'utf8'));
    const references = Object.keys(wanted.dependencies)
      .filter((name) => name.startsWith('@tidegate/'))
      .map((name) => ({ path: relative(join(root, folder), folderOf(root, name)) }));
    write(join(root, folder, 'tsconfig.json'), { ...config, references });
  }
}

function scriptsOf(folder) {
  const up = relative(folder, '.');
  return {
    build: 'tsc -b',
    lint: 'biome check --error-on-warnings .',
    test: `node ${up}/scripts/test.mjs ${folder}/`,
    types: `node ${up}/scripts/types.mjs ${folder}`,
  };
}

const folderOf = (root, name) =>
  ['libs', 'services', '.']
    .map((group) => join(root, group, name.slice('@tidegate/'.length)))
    .find((path) => existsSync(path));
const write = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

if (isRun(import.meta.url) && process.argv.includes('--fix')) await fix(ROOT);
