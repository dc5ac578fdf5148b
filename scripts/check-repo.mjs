/*
 * `node scripts/check-repo.mjs`: rules of the repository that a linter does not know (docs/conventions.md, *What is
 * checked*). `--all [PATH]` also prints what is known and not mended yet, `--figures` writes the table of
 * docs/architecture.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkRepository } from './repo/check.mjs';
import { writeFigures } from './repo/figures.mjs';
import { ROOT } from './setup.mjs';

/** Rules that some places do not follow yet, by the beginning of a path: `{ rule: [path, …] }`. It only shrinks. */
const notYet = JSON.parse(readFileSync(join(ROOT, 'scripts/repo/not-yet.json'), 'utf8'));
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
for (const [rule, paths] of Object.entries(notYet))
  for (const path of paths) {
    const count = known.filter((fault) => fault.rule === rule && fault.path.startsWith(path)).length;
    say(count > 0 ? `not yet: ${rule} ${path} (${count})` : `holds now, take it out of not-yet.json: ${rule} ${path}`);
  }
const about = process.argv[process.argv.indexOf('--all') + 1] ?? '';
if (process.argv.includes('--all')) for (const fault of known) if (fault.path.startsWith(about)) say(describe(fault));
for (const fault of fresh) say(describe(fault));
process.exit(fresh.length > 0 ? 1 : 0);

function describe({ rule, path, line, message }) {
  return `${path}${line ? `:${line}` : ''}: ${message} [${rule}]`;
}
