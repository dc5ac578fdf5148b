import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder, leftoversOn, readRun, takeRun } from './run-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('one process locks a folder, whatever a killed one left behind, and releases it', () => {
  const stale = { pid: 999_999, port: 1, children: [{ name: 'usage', pid: 999_998, healthPort: 2 }] };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(stale));
  // A number that was given out again: process 1 lives, and began at another time.
  writeFileSync(join(folder, '.run.1.1.recycled'), '');
  expect(leftoversOn(folder)).toEqual(stale.children);
  const taken = takeRun(folder, 3_000, '127.0.0.1');
  expect(taken.leftovers).toEqual(stale.children);
  expect(readRun(folder)).toMatchObject({ pid: process.pid, port: 3_000, host: '127.0.0.1' });
  expect(() => takeRun(folder, 3_001, '127.0.0.1')).toThrow(
    `Tidegate runs on ${folder} already (process ${process.pid}, port 3000)`,
  );
  taken.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a command that works on the folder blocks a start and is named', () => {
  const release = claimFolder(folder);
  expect(() => takeRun(folder, 3_000, '127.0.0.1')).toThrow(/Process \d+ \(.*\) is using .*\n {2}Fix: wait/);
  release();
  takeRun(folder, 3_000, '127.0.0.1').release();
});

test('an empty or half-written run.json belongs to nobody', () => {
  writeFileSync(join(folder, 'run.json'), '');
  takeRun(folder, 3_000, '127.0.0.1').release();
});
