import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import { logFile } from './kernel/installation.ts';
import { LogFile } from './log-file.ts';

test('a log whose disk was full is written again once there is room, and a line that was cut is ended first', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-log-'));
  closing(() => rmSync(dataDir, { recursive: true }));
  const path = logFile(dataDir);
  mkdirSync(dirname(path), { recursive: true });
  // Every write to it fails as on a full disk.
  symlinkSync('/dev/full', path);
  const others = descriptorsOf('/dev/full');
  const log = new LogFile(dataDir);
  closing(() => log.close());
  // Opened, and closed for good by the write that failed.
  await until(() => descriptorsOf('/dev/full') > others);
  log.write('lost\n');
  await until(() => descriptorsOf('/dev/full') === others);
  rmSync(path);
  writeFileSync(path, '{"msg":"cu');
  await until(() => {
    log.write('kept\n');
    return readFileSync(path, 'utf8').includes('kept\n');
  });
  expect(readFileSync(path, 'utf8')).toMatch(/^\{"msg":"cu\nkept\n/);
});

/** Of this process, in which other tests may have some. */
function descriptorsOf(path: string): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
    } catch {
      // It has been closed since.
      return false;
    }
  }).length;
}
