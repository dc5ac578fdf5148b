import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CurrentSecrets } from './current-secrets.ts';
import { writeSecrets } from './secrets-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-current-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.useRealTimers());

test('a change is seen within a second, or at once by whoever met something unknown; a broken file changes nothing', () => {
  vi.useFakeTimers();
  writeSecrets(folder, { CALLER_SECRET: 'one' });
  const secrets = new CurrentSecrets({}, folder);
  const [read, same] = [secrets.of('CALLER_SECRET'), secrets.of('CALLER_SECRET')];
  expect([read(), same()]).toEqual([['one'], ['one']]);
  writeSecrets(folder, { CALLER_SECRET: 'two', CALLER_SECRET_PREVIOUS: 'one' });
  vi.advanceTimersByTime(100);
  expect(read()).toEqual(['one']);
  expect(read(true)).toEqual(['two', 'one']);
  writeFileSync(join(folder, 'secrets.json'), '{"CALLER');
  vi.advanceTimersByTime(2_000);
  expect(read()).toEqual(['two', 'one']);
  writeSecrets(folder, {});
  vi.advanceTimersByTime(2_000);
  expect(read()).toEqual(['two', 'one']);
});

test('the environment comes before the file, and a file that it names is read again', () => {
  vi.useFakeTimers();
  writeSecrets(folder, { METRICS_TOKEN: 'of the file' });
  const named = join(folder, 'token');
  writeFileSync(named, 'first\n');
  const secrets = new CurrentSecrets({ METRICS_TOKEN_FILE: named, METRICS_TOKEN_PREVIOUS: 'before' }, folder);
  const read = secrets.of('METRICS_TOKEN');
  expect(read()).toEqual(['first', 'before']);
  writeFileSync(named, 'second\n');
  vi.advanceTimersByTime(1_001);
  expect(read()).toEqual(['second', 'before']);
});
