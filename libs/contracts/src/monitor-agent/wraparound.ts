import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { Count } from './range.ts';

const Days = z.number().min(0).nullable();

/** State of one of the two counters that stop a database which is never vacuumed. */
export const WraparoundAge = z
  .object({
    age: Count,
    percent: z.number().min(0).meta({ description: 'Of 2^31' }),
    leftUntilWarning: Count.meta({ description: 'PostgreSQL warns with 40 million left' }),
    leftUntilStop: Count.meta({ description: 'PostgreSQL refuses to write with 3 million left' }),
    daysUntilStop: Days.meta({
      description: 'At the pace of the last day, if nothing is vacuumed; null: the pace is unknown or zero',
    }),
  })
  .meta({ id: 'WraparoundAge' });
export type WraparoundAge = z.infer<typeof WraparoundAge>;

export const WraparoundLevel = z.enum(['normal', 'overdue', 'failsafe', 'warning', 'stop']).meta({
  id: 'WraparoundLevel',
  description:
    'overdue: older than autovacuum_freeze_max_age, so autovacuum should be at it; failsafe: vacuum drops everything ' +
    'else to be quick; warning: PostgreSQL warns; stop: it refuses to write',
});
export type WraparoundLevel = z.infer<typeof WraparoundLevel>;

export const HorizonHolder = z
  .object({
    kind: z.enum(['session', 'prepared_transaction', 'slot_xmin', 'slot_catalog_xmin', 'standby']),
    name: z.string().meta({ description: 'Process id, name of the transaction or of the slot, or of the standby' }),
    age: Count.meta({ description: 'Nothing younger than this can be frozen' }),
    since: Timestamp.nullable(),
    database: z.string().nullable(),
    role: z.string().nullable(),
    state: z.string().nullable().meta({ description: 'Of the session or the standby; active or inactive for a slot' }),
  })
  .meta({ id: 'HorizonHolder' });
export type HorizonHolder = z.infer<typeof HorizonHolder>;

export const WraparoundCause = z
  .object({
    kind: z.enum([...HorizonHolder.shape.kind.options, 'temporary_table', 'table_setting', 'autovacuum']),
    name: z.string(),
    age: Count,
    what: z.string(),
    sql: z.string().nullable(),
  })
  .meta({ id: 'WraparoundCause' });
export type WraparoundCause = z.infer<typeof WraparoundCause>;

export const AgedTable = z
  .object({
    database: z.string(),
    schema: z.string(),
    name: z.string(),
    toastOf: z.string().nullable().meta({ description: 'Schema and name of the table whose TOAST table it is' }),
    temporary: z.boolean(),
    autovacuumOff: z.boolean(),
    xidAge: Count,
    xidPercent: z.number().min(0),
    multixactAge: Count,
    multixactPercent: z.number().min(0),
  })
  .meta({ id: 'AgedTable' });
export type AgedTable = z.infer<typeof AgedTable>;

export const VacuumSettings = z
  .object({
    autovacuum: z.boolean(),
    freezeMaxAge: Count,
    multixactFreezeMaxAge: Count,
    failsafeAge: Count,
    multixactFailsafeAge: Count,
    maxWorkers: Count,
    costDelayMs: z.number(),
    costLimit: z.int(),
  })
  .meta({ id: 'VacuumSettings' });
export type VacuumSettings = z.infer<typeof VacuumSettings>;

export const showWraparound = operation({
  service: 'monitor-agent',
  name: 'servers.wraparound',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/wraparound'],
  scope: 'servers:read',
  summary: 'Age of transaction ids, when they run out, and what holds back vacuum',
  input: z.strictObject({ serverId: Id }),
  output: z.object({
    at: Timestamp.nullable().meta({ description: 'null: nothing has been collected yet' }),
    level: WraparoundLevel,
    cause: WraparoundCause.nullable().meta({
      description: 'null: nothing holds vacuum back by more than half of the oldest age, and autovacuum keeps up',
    }),
    pace: z.object({
      xidsPerDay: z.number().min(0).nullable(),
      multixactsPerDay: z.number().min(0).nullable(),
      overSeconds: z
        .number()
        .min(0)
        .meta({ description: 'Seconds between the two snapshots that it is computed from' }),
    }),
    databases: z
      .array(z.object({ database: z.string(), level: WraparoundLevel, xids: WraparoundAge, multixacts: WraparoundAge }))
      .meta({ description: 'The 200 oldest' }),
    tables: z.array(AgedTable).meta({ description: 'The 20 oldest of each database, the oldest first, at most 200' }),
    holders: z.array(HorizonHolder).meta({ description: 'The oldest first, at most 20 of a kind' }),
    settings: VacuumSettings.nullable(),
  }),
});
