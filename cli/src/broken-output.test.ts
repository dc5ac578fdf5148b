import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUILT = join(process.cwd(), 'cli/dist/broken-output.js');

test('a full disk under stdout and stderr does not end the process, and it writes again later', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-output-'));
  const code = `
    import { surviveBrokenOutput } from '${BUILT}';
    import { writeFileSync } from 'node:fs';
    surviveBrokenOutput();
    for (let line = 0; line < 3; line += 1) {
      process.stdout.write('to nobody\\n');
      process.stderr.write('to nobody\\n');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    writeFileSync('${join(folder, 'lives')}', 'yes');`;
  const full = openSync('/dev/full', 'w');
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', full, full],
  });
  expect(status).toBe(0);
  expect(readFileSync(join(folder, 'lives'), 'utf8')).toBe('yes');
  rmSync(folder, { recursive: true });
});

test('a command ends quietly when its reader closes the pipe', () => {
  const code = `
    import { endWithReader } from '${BUILT}';
    endWithReader();
    for (;;) { process.stdout.write('line\\n'.repeat(10_000)); await new Promise((resolve) => setTimeout(resolve, 1)); }`;
  const shell = `"$0" --input-type=module -e "$1" 2>&1 | head -1`;
  const { stdout } = spawnSync('sh', ['-c', shell, process.execPath, code], { encoding: 'utf8' });
  expect(stdout).toBe('line\n');
});
