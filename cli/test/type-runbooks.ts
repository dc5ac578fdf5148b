import { FINDING, typedCommands } from '@tidegate/testing/runbooks';
import { runTidegate } from './run-tidegate.ts';

/** Types what runbooks tell people to type, on an installation that others use as well: to start one takes longer. */
export function typeRunbooks(dataDir: string): void {
  test.each(typedCommands().map((argv) => [argv.join(' '), argv] as const))(
    'tidegate %s, as a runbook says',
    async (line, argv) => {
      const { code, stdout, stderr, failed } = await runTidegate(dataDir, argv);
      const said = stdout + stderr;
      expect({ failed, said: said.slice(-500), code: FINDING.test(line) ? 0 : code }).toMatchObject({
        failed: undefined,
        code: 0,
      });
    },
  );
}
