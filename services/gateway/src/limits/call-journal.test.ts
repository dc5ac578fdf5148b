import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Log } from '@tidegate/telemetry/log';
import { Metrics, metricsText } from '@tidegate/telemetry/metrics';
import { CallJournal } from './call-journal.ts';
import { readSegment } from './read-segment.ts';
import { Tally } from './tally.ts';
import { isWriting } from './writer-lock.ts';

let folder: string;
const ended: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-calls-'));
});
afterEach(() => {
  for (const end of ended.splice(0)) end();
  rmSync(folder, { recursive: true, force: true });
});

/** A journal and the content of its open segment. */
function open(where = folder) {
  const tally = new Tally();
  const journal = new CallJournal(
    { API_CALLS_DIR: where } as never,
    {} as never,
    new Log({ service: 'gateway' }),
    new Metrics(),
  );
  journal.begin(() => [...tally.entries()].map(({ orgId, lease, at, calls }) => [orgId, lease, at, calls]));
  ended.push(() => journal.end());
  return {
    tally,
    journal,
    count: (org: string, times = 1) => {
      for (let time = 1; time < times; time += 1) void journal.add(tally.count(org, '', '', 1_000));
      return journal.add(tally.count(org, '', '', 1_000));
    },
  };
}
const onDisk = async (journal: CallJournal, where = folder) =>
  (await readSegment(join(where, `${journal.segment}.calls`))).tally.calls();
const unnoted = async () => Number(/^tidegate_api_calls_unnoted_total (\d+)/m.exec(await metricsText())?.[1]);

test('what may be answered is on disk', async () => {
  const { journal, count } = open();
  expect(readdirSync(folder)).toEqual([]);
  await count('a');
  expect(await onDisk(journal)).toBe(1);
  await Promise.all([count('a'), count('b', 3), count('a')]);
  expect(await onDisk(journal)).toBe(6);
});

test('on a full disk calls are still answered, and noted when there is room again', async () => {
  const { journal, count } = open();
  await count('a', 3);
  const before = await unnoted();
  // /dev/full in place of the next segment.
  symlinkSync('/dev/full', join(folder, `${journal.writer}-2.calls.new`));
  const tally = new Tally();
  journal.begin(() => [...tally.entries()].map(({ orgId, lease, at, calls }) => [orgId, lease, at, calls]));
  for (let call = 0; call < 5; call += 1) await journal.add(tally.count('b', '', '', 1_000));
  expect(journal.holds).toBe(false);
  expect(await unnoted()).toBe(before + 5);
  rmSync(join(folder, `${journal.writer}-2.calls.new`));
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 2_000);
  await journal.soon();
  vi.restoreAllMocks();
  expect(journal.holds).toBe(true);
  expect(await onDisk(journal)).toBe(5);
});

test('where no folder can be made, calls are answered', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const { journal, count } = open(join(file, 'below'));
  await count('a', 2);
  expect(journal.holds).toBe(false);
});

test('many lines are compacted into few', async () => {
  const { journal, count } = open();
  for (let turn = 0; turn < 120; turn += 1) {
    for (let org = 0; org < 500; org += 1) void count(`00000000-0000-4000-8000-${String(org).padStart(12, '0')}`);
    await journal.soon();
  }
  const { tally } = await readSegment(join(folder, `${journal.segment}.calls`));
  expect(tally.calls()).toBe(60_000);
  expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  expect(statSync(join(folder, `${journal.segment}.calls`)).size).toBeLessThan(4_200_000);
});

test('a writer’s lock shows that it is alive until it ends, even at a long path', async () => {
  const long = join(folder, 'x'.repeat(120));
  mkdirSync(long);
  for (const where of [folder, long]) {
    const { journal, count } = open(where);
    expect(await isWriting(where, journal.writer)).toBe(false);
    await count('a');
    expect(await isWriting(where, journal.writer)).toBe(true);
    journal.end();
    expect(await isWriting(where, journal.writer)).toBe(false);
    expect(await onDisk(journal, where)).toBe(1);
  }
});

test('a folder that was cleared is used again', async () => {
  const { journal, count } = open();
  await count('a');
  rmSync(folder, { recursive: true });
  journal.begin(() => [['b', '', 1_000, 1]]);
  expect(await onDisk(journal)).toBe(1);
  expect(await isWriting(folder, journal.writer)).toBe(true);
});
