import { isBackupId, makeBackupId, timeOfId } from './kernel/backup-id.rules.ts';
import { chooseKept, neededFrom } from './retention.rules.ts';

const RETENTION = { daily: 7, weekly: 4, monthly: 6, walDays: 30 };
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1, 3);
const daily = (days: number): string[] =>
  Array.from({ length: days }, (_, day) => makeBackupId(new Date(START + day * DAY), '0000'));

/** Of no chain. */
const loose = (ids: string[]) => ids.map((id) => ({ id, chain: null }));

test('an id says when its backup was begun', () => {
  const id = makeBackupId(new Date('2026-11-29T06:55:34.123Z'), '9518');
  expect(id).toBe('20261129T065534Z-9518');
  expect(isBackupId(id)).toBe(true);
  expect(timeOfId(id)).toBe(Date.parse('2026-11-29T06:55:34Z'));
  expect(isBackupId('../20261129T065534Z-9518')).toBe(false);
});

test('after a year of daily backups there are those of 7 days, 4 weeks and 6 months', () => {
  let there: string[] = [];
  for (const id of daily(365)) {
    there.push(id);
    const kept = chooseKept(loose(there), RETENTION, timeOfId(id));
    expect(kept.has(id)).toBe(true);
    there = there.filter((one) => kept.has(one));
    expect(there.length).toBeLessThanOrEqual(17);
  }
  expect(there.map((id) => id.slice(0, 8))).toEqual([
    '20260731',
    '20260831',
    '20260930',
    '20261031',
    '20261130',
    '20261213',
    '20261220',
    '20261225',
    '20261226',
    '20261227',
    '20261228',
    '20261229',
    '20261230',
    '20261231',
  ]);
});

test('the newest is kept whatever the numbers say, and days without a backup do not count', () => {
  const none = { daily: 1, weekly: 0, monthly: 0, walDays: 0 };
  expect([...chooseKept(loose(daily(3)), none, START + 3 * DAY)]).toEqual(daily(3).slice(-1));
  const old = makeBackupId(new Date('2020-05-01T00:00:00Z'), '0001');
  expect(chooseKept(loose([old, ...daily(2)]), RETENTION, START + 3 * DAY).has(old)).toBe(true);
});

test('WAL is needed from the backup before the days in which every moment can be restored', () => {
  const ids = daily(60);
  const now = START + 59.5 * DAY;
  const backups = ids.map((id, index) => ({ id, chain: 'one', startLsn: BigInt(index) }));
  expect(neededFrom(backups, now, RETENTION).get('one')).toBe(29n);
  // A later chain begins where its first backup does; the one before is needed as long as its backups are within the days.
  const moved = backups.map((one, index) => ({ ...one, chain: index < 50 ? 'one' : 'two' }));
  expect(neededFrom(moved, now, RETENTION)).toEqual(
    new Map([
      ['one', 29n],
      ['two', 50n],
    ]),
  );
  expect(neededFrom(moved, now, { ...RETENTION, walDays: 5 })).toEqual(new Map([['two', 54n]]));
  expect(
    neededFrom(
      backups.map((one) => ({ ...one, chain: null })),
      now,
      RETENTION,
    ).size,
  ).toBe(0);
});

test('a second backup of a day does not cost the moments before it, nor does the first one of another chain', () => {
  const at = (time: string) => makeBackupId(new Date(`2026-11-29T${time}Z`), '0000');
  const backups = [
    { id: at('01:00:00'), chain: 'one' },
    { id: at('02:00:00'), chain: 'one' },
    { id: at('03:00:00'), chain: 'two' },
    { id: at('04:00:00'), chain: 'two' },
    { id: at('05:00:00'), chain: 'two' },
  ];
  const now = Date.parse('2026-11-29T06:00:00Z');
  expect([...chooseKept(backups, RETENTION, now)].sort()).toEqual([at('01:00:00'), at('03:00:00'), at('05:00:00')]);
  // Once the days have passed, the last before them is what their moments begin with.
  const later = now + 30.9 * DAY;
  expect([...chooseKept(backups, RETENTION, later)].sort()).toEqual([at('05:00:00')]);
});
