/*
 * `node scripts/check-repo.mjs`: rules of the repository that a linter does not know (docs/conventions.md, *What is
 * checked*). `--all [PATH]` also prints what is known and not mended yet, `--figures` writes the table of
 * docs/architecture.md, `--shrink` takes out of not-yet.json what holds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkRepository } from './repo/check.mjs';
import { writeFigures } from './repo/figures.mjs';
import { ROOT } from './setup.mjs';

/** Rules that some places do not follow yet, by the beginning of a path: `{ rule: [path, …] }`. It only shrinks. */
const NOT_YET = join(ROOT, 'scripts/repo/not-yet.json');
const notYet = JSON.parse(readFileSync(NOT_YET, 'utf8'));
const say = (text) => process.stderr.write(`${text}\n`);

const { faults, figures } = await checkRepository(ROOT);
const isKnown = ({ rule, path }) => notYet[rule]?.some((known) => path.startsWith(known)) ?? false;
const known = faults.filter(isKnown);
const fresh = faults.filter((fault) => !isKnown(fault));

if (process.argv.includes('--figures')) writeFigures(ROOT, figures);
say(
  Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', '),
);
const countOf = (rule, path) => known.filter((one) => one.rule === rule && one.path.startsWith(path)).length;
const entries = Object.entries(notYet).flatMap(([rule, paths]) =>
  paths.map((path) => [rule, path, countOf(rule, path)]),
);
for (const [rule, path, count] of entries)
  say(count > 0 ? `not yet: ${rule} ${path} (${count})` : `holds now (--shrink takes it out): ${rule} ${path}`);
if (process.argv.includes('--shrink')) {
  const left = entries.filter(([, , count]) => count > 0);
  const rules = [...new Set(left.map(([rule]) => rule))];
  const paths = (rule) => left.filter(([other]) => other === rule).map(([, path]) => path);
  writeFileSync(NOT_YET, `${JSON.stringify(Object.fromEntries(rules.map((rule) => [rule, paths(rule)])), null, 2)}\n`);
}
const about = process.argv[process.argv.indexOf('--all') + 1] ?? '';
if (process.argv.includes('--all')) for (const fault of known) if (fault.path.startsWith(about)) say(describe(fault));
for (const fault of fresh) say(describe(fault));
process.exitCode = fresh.length > 0 ? 1 : 0;

function describe({ rule, path, line, message }) {
  return `${path}${line ? `:${line}` : ''}: ${message} [${rule}]`;
}
