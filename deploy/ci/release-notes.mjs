/* `node deploy/ci/release-notes.mjs v0.2.0 [FILE]`: what CHANGELOG.md says of that version, without its heading. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isRun } from '../../scripts/is-run.mjs';

export function releaseNotes(changelog, tag) {
  const version = tag.replace(/^v/, '');
  const sections = changelog.split(/^(?=## \[)/m);
  const section = sections.find((text) => text.startsWith(`## [${version}]`));
  const notes = section?.replace(/^.*\n/, '').trim() ?? '';
  if (notes === '') throw new Error(`CHANGELOG.md says nothing of ${version}: write its section before the tag.`);
  return `${notes}\n`;
}

if (isRun(import.meta.url)) {
  const [tag = '', file] = process.argv.slice(2);
  try {
    const notes = releaseNotes(readFileSync('CHANGELOG.md', 'utf8'), tag);
    if (file) writeFileSync(file, notes);
    else process.stdout.write(notes);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
