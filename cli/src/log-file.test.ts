import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  const log = new LogFile(dataDir);
  closing(() => log.close());
  log.write('lost\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  rmSync(path);
  writeFileSync(path, '{"msg":"cu');
  await until(() => {
    log.write('kept\n');
    return readFileSync(path, 'utf8').includes('kept\n');
  });
  expect(readFileSync(path, 'utf8')).toMatch(/^\{"msg":"cu\nkept\n/);
});
