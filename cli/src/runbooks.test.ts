import { commandsOf, PAGES, words } from '@tidegate/testing/runbooks';
import { understand } from './arguments.ts';
import { COMMANDS } from './commands.ts';

/* What a runbook tells people to type at night exists. That it works is tried on the installation of status-page.test.ts. */
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
