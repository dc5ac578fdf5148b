import type { AgedTable, HorizonHolder, VacuumSettings } from '@tidegate/contracts/monitor-agent/wraparound';
import fc from 'fast-check';
import {
  causeOf,
  HALF,
  levelOf,
  nextMultixact,
  paceOf,
  stepsOnCircle,
  THRESHOLDS,
  worst,
  wraparoundAge,
} from './wraparound.rules.ts';

const MILLION = 1_000_000;

describe('ages', () => {
  test('are told in percent of 2^31 and by what is left until PostgreSQL warns and stops', () => {
    expect(wraparoundAge(HALF / 4, null)).toEqual({
      age: HALF / 4,
      percent: 25,
      leftUntilWarning: HALF - 40 * MILLION - HALF / 4,
      leftUntilStop: HALF - 3 * MILLION - HALF / 4,
      daysUntilStop: null,
    });
  });

  test('never go below nothing left, however old', () => {
    fc.assert(
      fc.property(fc.nat(4_294_967_295), fc.option(fc.nat()), (age, perDay) => {
        const { leftUntilWarning, leftUntilStop, daysUntilStop } = wraparoundAge(age, perDay);
        expect(leftUntilWarning).toBeGreaterThanOrEqual(0);
        expect(leftUntilStop).toBeGreaterThanOrEqual(leftUntilWarning);
        if (daysUntilStop !== null) expect(daysUntilStop).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('days until the end follow from the pace; without a pace there are none', () => {
    const age = HALF - THRESHOLDS.stopLeft - 50 * MILLION;
    expect(wraparoundAge(age, 20 * MILLION).daysUntilStop).toBe(2.5);
    expect(wraparoundAge(age, 0).daysUntilStop).toBeNull();
  });

  test('levels rise with the age, also with other thresholds', () => {
    const level = (age: number) => levelOf(age, 200 * MILLION, 1_600 * MILLION);
    expect(level(200 * MILLION)).toBe('normal');
    expect(level(200 * MILLION + 1)).toBe('overdue');
    expect(level(1_600 * MILLION)).toBe('failsafe');
    expect(level(HALF - 40 * MILLION)).toBe('warning');
    expect(level(HALF - 3 * MILLION)).toBe('stop');
    expect(levelOf(1_000, 500, 5_000, { warningLeft: HALF - 900, stopLeft: HALF - 2_000 })).toBe('warning');
    expect(worst(['normal', 'failsafe', 'overdue'])).toBe('failsafe');
    expect(worst([])).toBe('normal');
  });
});

describe('the pace', () => {
  const at = (hours: number, nextXid: number, nextMulti = 1, identity = 'a') => ({
    takenAt: hours * 3_600_000,
    identity,
    nextXid,
    nextMultixact: nextMulti,
  });

  test('is the difference of two snapshots, over the edge of 2^32 as well', () => {
    expect(paceOf(at(0, 2 ** 32 - 500), at(12, 2 ** 32 + 500))).toEqual({
      xidsPerDay: 2_000,
      multixactsPerDay: 0,
      overSeconds: 43_200,
    });
    expect(paceOf(at(0, 5, 2 ** 32 - 100), at(24, 5, 200)).multixactsPerDay).toBe(300);
  });

  test('is unknown with one snapshot, between instances, and when a counter went back', () => {
    const unknown = { xidsPerDay: null, multixactsPerDay: null, overSeconds: 0 };
    expect(paceOf(undefined, at(1, 5))).toEqual(unknown);
    expect(paceOf(at(1, 5), at(1, 6))).toEqual(unknown);
    expect(paceOf(at(0, 5), at(1, 6, 1, 'b'))).toEqual(unknown);
    expect(paceOf(at(0, 6), at(1, 5))).toEqual(unknown);
    expect(paceOf(at(0, 5, 100), at(1, 6, 99)).multixactsPerDay).toBeNull();
  });

  test('steps on the circle lead from any number to any other', () => {
    const number = fc.nat(4_294_967_295);
    fc.assert(fc.property(number, number, (a, b) => void expect((a + stepsOnCircle(a, b)) % 2 ** 32).toBe(b)));
  });

  test('the next multixact lies its age after the oldest one', () => {
    const database = { oid: 1, name: 'd', xidAge: 0, multixactAge: 10, oldestMultixact: 2 ** 32 - 4 };
    expect(nextMultixact([database])).toBe(6);
    expect(nextMultixact([])).toBe(0);
  });
});

describe('the cause', () => {
  const SETTINGS: VacuumSettings = {
    autovacuum: true,
    freezeMaxAge: 1_000,
    multixactFreezeMaxAge: 2_000,
    failsafeAge: 5_000,
    multixactFailsafeAge: 5_000,
    maxWorkers: 3,
    costDelayMs: 2,
    costLimit: 200,
  };
  const holder = (kind: HorizonHolder['kind'], name: string, age: number): HorizonHolder => ({
    kind,
    name,
    age,
    since: null,
    database: 'shop',
    role: 'app',
    state: 'inactive',
  });
  const table = (name: string, xidAge: number, more: Partial<AgedTable> = {}): AgedTable => ({
    database: 'shop',
    schema: 'public',
    name,
    toastOf: null,
    temporary: false,
    autovacuumOff: false,
    xidAge,
    xidPercent: 0,
    multixactAge: 0,
    multixactPercent: 0,
    ...more,
  });
  const cause = (xidAge: number, holders: HorizonHolder[], tables: AgedTable[] = [], more: object = {}) =>
    causeOf({ xidAge, multixactAge: 0 }, holders, tables, { ...SETTINGS, ...more });

  test.each<[HorizonHolder['kind'], string, string | null]>([
    ['session', '4711', 'SELECT pg_terminate_backend(4711);'],
    ['prepared_transaction', "it's", "ROLLBACK PREPARED 'it''s';"],
    ['slot_xmin', 'standby_1', "SELECT pg_drop_replication_slot('standby_1');"],
    ['slot_catalog_xmin', 'cdc', "SELECT pg_drop_replication_slot('cdc');"],
    ['standby', 'replica', null],
  ])('is the oldest holder, here a %s', (kind, name, sql) => {
    const others = [holder('session', '1', 10), holder('standby', 'young', 20)];
    expect(cause(3_000, [...others, holder(kind, name, 2_500)])).toMatchObject({ kind, name, age: 2_500, sql });
  });

  test('is none while nothing is overdue and nobody holds back more than half', () => {
    expect(cause(900, [holder('session', '1', 449)])).toBeNull();
    expect(cause(900, [holder('session', '1', 450)])?.kind).toBe('session');
    expect(cause(1_000, [])).toBeNull();
    expect(cause(0, [holder('session', '1', 0)])).toBeNull();
  });

  test('is what autovacuum does not do when a holder is much younger than the database', () => {
    const young = [holder('session', '1', 100)];
    expect(cause(3_000, young, [table('old', 3_000)])).toMatchObject({
      kind: 'autovacuum',
      name: 'autovacuum_vacuum_cost_delay',
      sql: 'VACUUM (FREEZE) "public"."old";',
      what: expect.stringMatching(/The oldest table is public\.old in \w+\.$/),
    });
    expect(cause(3_000, young, [], { autovacuum: false })).toMatchObject({ name: 'autovacuum', sql: null });
  });

  test('is the table where autovacuum cannot or may not do it', () => {
    const tables = [table('old', 3_000), table('off', 2_500, { autovacuumOff: true })];
    expect(cause(3_000, [], tables)).toMatchObject({ kind: 'table_setting', name: 'public.off', age: 2_500 });
    const temporary = table('scratch', 2_900, { temporary: true });
    expect(cause(3_000, [], [...tables, temporary])).toMatchObject({ kind: 'temporary_table', sql: null });
    expect(cause(3_000, [], [table('off', 900, { autovacuumOff: true })])?.kind).toBe('autovacuum');
  });

  test('multixacts alone can be overdue', () => {
    expect(causeOf({ xidAge: 10, multixactAge: 2_001 }, [], [], SETTINGS)).toMatchObject({ age: 2_001 });
  });
});
