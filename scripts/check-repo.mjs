/*
 * Rules of the repository that a linter does not know: who may import whom, how large files are, how many things a
 * class depends on, what contracts and rules may lean on, which licences dependencies have.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT } from './setup.mjs';

const LICENCES =
  /^(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Python-2\.0|Unlicense|Zlib)$/;
const MAX_LINES = 400;
const MAX_DEPENDENCIES = 5;
/** The edge gathers what a request meets; it only hands on. */
const GATHERERS = new Set(['services/gateway/src/http/edge-parts.ts', 'services/gateway/src/access/access.ts']);
const IMPORTS =
  /^(?:import|export)\b[^'"\n]*\bfrom '([^'\n]+)'|^\} from '([^'\n]+)'|^import '([^'\n]+)'|\bimport\('([^'\n]+)'\)/gm;
const faults = [];

function files(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'generated') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : path.endsWith('.ts') ? [path] : [];
  });
}

/** libs/x and services/x are a package each, every other folder at the top is one. */
const packageOf = (path) => {
  const [top, name] = relative(ROOT, path).split('/');
  return top === 'libs' || top === 'services' ? `${top}/${name}` : top;
};
const SERVICES = new Set(readdirSync(join(ROOT, 'services')));

function checkImports(path, text) {
  const here = relative(ROOT, path);
  const owner = packageOf(path);
  for (const groups of text.matchAll(IMPORTS)) {
    const target = groups.slice(1).find((one) => one !== undefined);
    if (target.startsWith('.')) {
      const to = resolve(dirname(path), target);
      // What must also run before anything is built is no package.
      if (packageOf(to) !== owner && packageOf(to) !== 'scripts')
        faults.push(`${here}: imports ${target} of another package by path`);
      continue;
    }
    const [, name] = /^@tidegate\/([^/]+)/.exec(target) ?? [];
    if (name && SERVICES.has(name) && owner.startsWith('services/'))
      faults.push(`${here}: a service imports the service ${name}`);
    if (name && SERVICES.has(name) && owner.startsWith('libs/'))
      faults.push(`${here}: a lib imports the service ${name}`);
    if (owner === 'libs/contracts' && !path.endsWith('.test.ts') && target !== 'zod')
      faults.push(`${here}: contracts import only zod, not ${target}`);
    if (path.endsWith('.rules.ts') && target.startsWith('@tidegate/') && name !== 'contracts')
      faults.push(`${here}: rules import only contracts, not ${target}`);
    if (path.endsWith('.rules.ts') && /^(@nestjs|pg$|typeorm|@nats-io)/.test(target))
      faults.push(`${here}: rules know no ${target}`);
  }
}

function checkSize(path, text) {
  const lines = text.split('\n').length - 1;
  if (lines > MAX_LINES) faults.push(`${relative(ROOT, path)}: ${lines} lines, at most ${MAX_LINES}`);
  return lines;
}

/** A connection that breaks tells its listeners before the query that it is for; without one the process ends. */
function checkListeners(path, text) {
  const here = relative(ROOT, path);
  if (path.endsWith('.test.ts') || /^(bench|e2e|libs\/testing)\/|\/test\//.test(here)) return;
  if (text.includes('new pg.Client(') && !/\.on\(\s*'error'/.test(text))
    faults.push(`${here}: a pg.Client without a listener for its errors`);
}

function checkConstructors(path, text) {
  if (GATHERERS.has(relative(ROOT, path))) return;
  for (const [, parameters] of text.matchAll(/@Injectable\(\)[\s\S]{0,600}?constructor\(([^{]*?)\)\s*\{/g)) {
    const count =
      (parameters.match(/(private|readonly)\s/g) ?? []).length === 0
        ? 0
        : parameters.split(/,\s*\n?/).filter((part) => part.includes(':')).length;
    if (count > MAX_DEPENDENCIES)
      faults.push(`${relative(ROOT, path)}: ${count} constructor dependencies, at most ${MAX_DEPENDENCIES}`);
  }
}

const sources = ['libs', 'services', 'cli', 'bench', 'e2e'].flatMap((folder) => files(join(ROOT, folder)));
const sizes = [];
for (const path of sources) {
  const text = readFileSync(path, 'utf8');
  checkImports(path, text);
  checkListeners(path, text);
  const lines = checkSize(path, text);
  if (!path.endsWith('.test.ts')) sizes.push(lines);
  checkConstructors(path, text);
  if (path.endsWith('.test.ts') && /\b(test|describe|it)\.(only|todo)\b|\b(test|describe|it)\.skip\(/.test(text))
    faults.push(`${relative(ROOT, path)}: .only, .skip or .todo`);
}

function checkLicences() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  for (const [path, entry] of Object.entries(packages)) {
    if (!path.startsWith('node_modules/') || entry.link) continue;
    const options = String(entry.license ?? 'MISSING')
      .replaceAll(/[()]/g, '')
      .split(/ (?:OR|AND) /);
    if (!options.some((licence) => LICENCES.test(licence))) faults.push(`${path}: licence ${entry.license}`);
  }
}
checkLicences();

sizes.sort((a, b) => a - b);
const at = (share) => sizes[Math.floor(sizes.length * share)];
process.stderr.write(
  `${sizes.length} source files, median ${at(0.5)} lines, p95 ${at(0.95)}, largest ${sizes.at(-1)}\n`,
);
if (at(0.95) > 250) faults.push(`p95 of source files is ${at(0.95)} lines, at most 250`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exit(faults.length > 0 ? 1 : 0);
