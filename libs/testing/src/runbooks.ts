import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'docs/runbooks';
export const PAGES = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
/** What stops the installation, waits for a person, needs a backup, or is tried by a test of its own. */
const ELSEWHERE = /^(stop|start|restore|drill|backup|migrate|logs|secrets rotate|secrets retire|demo)\b/;
/** Find what they shall find on any machine that is not in front of customers. */
export const FINDING = /^doctor/;

/** As a shell would split it; comments are left out. */
export const words = (line: string): string[] =>
  [...line.replace(/\s#.*$/, '').matchAll(/"([^"]*)"|(<[^>]*>|\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );

export function commandsOf(text: string): string[][] {
  const blocks = [...text.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
  return blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('npx tidegate '))
    .map((line) => words(line.split('|')[0] ?? '').slice(2));
}

/** Each once, of those that can be typed on an installation that others use as well. */
export function typedCommands(): string[][] {
  const all = [
    ...new Map(PAGES.flatMap(({ text }) => commandsOf(text)).map((argv) => [argv.join(' '), argv])).values(),
  ];
  return all.filter((argv) => !ELSEWHERE.test(argv.join(' ')) && !argv.some((word) => word.startsWith('<')));
}
