import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Platform, startPlatform } from '@tidegate/testing/platform';
import { runTidegate } from '../test/run-tidegate.ts';
import { understand } from './arguments.ts';
import { COMMANDS } from './commands.ts';

/* What a runbook tells people to type at night exists, and works. */
const FOLDER = 'docs/runbooks';
const PAGES = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
/** What stops the installation, waits for a person, needs a backup, or is tried by a test of its own. */
const ELSEWHERE = /^(stop|start|restore|drill|backup|migrate|logs|secrets rotate|secrets retire|demo)\b/;
/** Find what they shall find on any machine that is not in front of customers. */
const FINDING = /^doctor/;

/** As a shell would split it; comments are left out. */
const words = (line: string): string[] =>
  [...line.replace(/\s#.*$/, '').matchAll(/"([^"]*)"|(<[^>]*>|\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );

function commandsOf(text: string): string[][] {
  const blocks = [...text.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
  return blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('npx tidegate '))
    .map((line) => words(line.split('|')[0] ?? '').slice(2));
}

test('every command in a runbook is one that there is, with options that it has', () => {
  const found = PAGES.flatMap(({ name, text }) => {
    const within = [...text.matchAll(/`npx tidegate ([^`|…&]+)[`|…&]/g)].map(([, rest]) => words(rest ?? ''));
    return [...commandsOf(text), ...within].map((argv) => ({ name, argv }));
  });
  expect(found.length).toBeGreaterThan(30);
  const unknown = found.filter(({ argv }) => {
    try {
      understand(COMMANDS, argv);
      return false;
    } catch (error) {
      // A sentence may name a command without what it needs.
      return !/ needs /.test((error as Error).message);
    }
  });
  expect(unknown).toEqual([]);
});

describe('on an installation', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-runbooks-'));
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform({ dataDir });
  });
  afterAll(async () => {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const all = [
    ...new Map(PAGES.flatMap(({ text }) => commandsOf(text)).map((argv) => [argv.join(' '), argv])).values(),
  ];
  const isTyped = (argv: string[]) => !ELSEWHERE.test(argv.join(' ')) && !argv.some((word) => word.startsWith('<'));
  const typed = all.filter(isTyped);

  test.each(typed.map((argv) => [argv.join(' '), argv] as const))('tidegate %s', async (line, argv) => {
    const { code, stdout, stderr, failed } = await runTidegate(dataDir, argv);
    const said = stdout + stderr;
    expect({ failed, said: said.slice(-500), code: FINDING.test(line) ? 0 : code }).toMatchObject({
      failed: undefined,
      code: 0,
    });
  });
});
