import { filled } from '@tidegate/contracts/kernel/fill-text';
import type {
  AgedTable,
  HorizonHolder,
  VacuumSettings,
  WraparoundAge,
  WraparoundCause,
  WraparoundLevel,
} from '@tidegate/contracts/monitor-agent/wraparound';
import { WRAPAROUND_TEXTS as T } from '@tidegate/contracts/monitor-agent/wraparound-texts';

/*
 * Transaction ids and multixact ids are numbers of 32 bits that are used in a circle: half of them, 2^31, lie in the
 * past of any. Rows older than that would come from the future, so vacuum freezes them long before; when it cannot,
 * PostgreSQL warns with 40 million left and refuses to write with 3 million left (monitoring.md 3.10).
 */
export interface Thresholds {
  warningLeft: number;
  stopLeft: number;
}

export const HALF = 2 ** 31;
const CIRCLE = 2 ** 32;
const DAY_SECONDS = 86_400;
export const THRESHOLDS: Thresholds = { warningLeft: 40_000_000, stopLeft: 3_000_000 };

export interface DatabaseAge {
  oid: number;
  name: string;
  xidAge: number;
  multixactAge: number;
  /** The oldest multixact that may still be in it; with the age it tells the next one. */
  oldestMultixact: number;
}

export interface Counters {
  takenAt: number;
  identity: string;
  /** With its epoch. */
  nextXid: number;
  /** Without. */
  nextMultixact: number;
}

export interface Pace {
  xidsPerDay: number | null;
  multixactsPerDay: number | null;
  overSeconds: number;
}

/** From one number of the circle to a later one. */
export const stepsOnCircle = (from: number, to: number): number => (((to - from) % CIRCLE) + CIRCLE) % CIRCLE;

export function nextMultixact(databases: readonly DatabaseAge[]): number {
  const [first] = databases;
  return first ? (first.oldestMultixact + first.multixactAge) % CIRCLE : 0;
}

/** Another instance counts on its own. So does one that was set back to a backup: its ids are lower than they were. */
export function paceOf(before: Counters | undefined, now: Counters): Pace {
  const overSeconds = before ? Math.max(0, (now.takenAt - before.takenAt) / 1_000) : 0;
  if (!before || overSeconds === 0 || before.identity !== now.identity || now.nextXid < before.nextXid)
    return { xidsPerDay: null, multixactsPerDay: null, overSeconds: 0 };
  const perDay = (steps: number) => Math.round((steps / overSeconds) * DAY_SECONDS);
  const multixacts = stepsOnCircle(before.nextMultixact, now.nextMultixact);
  return {
    xidsPerDay: perDay(now.nextXid - before.nextXid),
    // More than half of the circle is no step forward.
    multixactsPerDay: multixacts < HALF ? perDay(multixacts) : null,
    overSeconds,
  };
}

export const percentOf = (age: number): number => Math.round((age / HALF) * 10_000) / 100;

export function wraparoundAge(age: number, perDay: number | null, thresholds = THRESHOLDS): WraparoundAge {
  const leftUntilStop = Math.max(0, HALF - thresholds.stopLeft - age);
  return {
    age,
    percent: percentOf(age),
    leftUntilWarning: Math.max(0, HALF - thresholds.warningLeft - age),
    leftUntilStop,
    daysUntilStop: perDay ? Math.round((10 * leftUntilStop) / perDay) / 10 : null,
  };
}

const LEVELS: readonly WraparoundLevel[] = ['normal', 'overdue', 'failsafe', 'warning', 'stop'];

export const worst = (levels: readonly WraparoundLevel[]): WraparoundLevel =>
  LEVELS[Math.max(0, ...levels.map((level) => LEVELS.indexOf(level)))] ?? 'normal';

export function levelOf(age: number, freezeMaxAge: number, failsafeAge: number, thresholds = THRESHOLDS) {
  if (age >= HALF - thresholds.stopLeft) return 'stop';
  if (age >= HALF - thresholds.warningLeft) return 'warning';
  if (age >= failsafeAge) return 'failsafe';
  return age > freezeMaxAge ? 'overdue' : 'normal';
}

/*
 * What keeps the oldest database as old as it is. Vacuum freezes nothing that is younger than the oldest
 * transaction somebody may still look back to, so the oldest holder is the first to blame: a session, a slot, a
 * prepared transaction, a standby. One that is much younger than the database is not: vacuum could get that far, and
 * would have cut the age by more than half. Then only what autovacuum does not do is left, if it is overdue.
 */
export function causeOf(
  ages: { xidAge: number; multixactAge: number },
  holders: readonly HorizonHolder[],
  tables: readonly AgedTable[],
  settings: VacuumSettings,
): WraparoundCause | null {
  const [oldest] = [...holders].sort((a, b) => b.age - a.age);
  if (oldest && oldest.age > 0 && 2 * oldest.age >= ages.xidAge) return held(oldest);
  if (ages.xidAge <= settings.freezeMaxAge && ages.multixactAge <= settings.multixactFreezeMaxAge) return null;
  return notVacuumed(ages, tables, settings);
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

function held(holder: HorizonHolder): WraparoundCause {
  const { kind, name, age, database } = holder;
  const values = { name, database: database ?? '', state: holder.state ?? 'state unknown' };
  const reported = {
    session: {
      what: filled(database ? T.sessionIn : T.session, values),
      sql: `SELECT pg_terminate_backend(${name});`,
    },
    prepared_transaction: {
      what: filled(database ? T.preparedIn : T.prepared, values),
      sql: `ROLLBACK PREPARED ${literal(name)};`,
    },
    slot_xmin: {
      what: filled(T.slot, values),
      sql: `SELECT pg_drop_replication_slot(${literal(name)});`,
    },
    slot_catalog_xmin: {
      what: filled(T.logicalSlot, values),
      sql: `SELECT pg_drop_replication_slot(${literal(name)});`,
    },
    standby: {
      what: filled(T.standby, values),
      sql: null,
    },
  }[kind];
  return { kind, name, age, ...reported };
}

function notVacuumed(
  ages: { xidAge: number; multixactAge: number },
  tables: readonly AgedTable[],
  settings: VacuumSettings,
): WraparoundCause {
  const older = (table: AgedTable) => Math.max(table.xidAge, table.multixactAge);
  const overdue = tables.filter(
    ({ xidAge, multixactAge }) => xidAge > settings.freezeMaxAge || multixactAge > settings.multixactFreezeMaxAge,
  );
  const age = Math.max(ages.xidAge, ages.multixactAge);
  const temporary = overdue.find((table) => table.temporary);
  if (temporary) {
    const name = `${temporary.schema}.${temporary.name}`;
    const what = filled(T.temporary, { table: name, database: temporary.database });
    return { kind: 'temporary_table', name, age: older(temporary), what, sql: null };
  }
  const off = overdue.find((table) => table.autovacuumOff);
  const sqlOf = ({ schema, name }: AgedTable) => `VACUUM (FREEZE) ${quote(schema)}.${quote(name)};`;
  if (off) {
    const name = `${off.schema}.${off.name}`;
    const what = filled(T.switchedOff, { table: name, database: off.database });
    return { kind: 'table_setting', name, age: older(off), what, sql: sqlOf(off) };
  }
  const [first] = overdue;
  const sql = first ? sqlOf(first) : null;
  const values = {
    workers: settings.maxWorkers,
    delay: settings.costDelayMs,
    cost: settings.costLimit,
    table: first ? `${first.schema}.${first.name}` : '',
    database: first?.database ?? '',
  };
  if (!settings.autovacuum) {
    const what = filled(first ? T.offOldest : T.off, values);
    return { kind: 'autovacuum', name: 'autovacuum', age, what, sql };
  }
  const what = filled(first ? T.slowOldest : T.slow, values);
  return { kind: 'autovacuum', name: 'autovacuum_vacuum_cost_delay', age, what, sql };
}
