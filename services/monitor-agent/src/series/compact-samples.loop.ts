import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ensureDays, ensureMonths } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { organisationsWithServers } from '../kernel/schedule/lease.rows.ts';
import { DAY_MS } from './columns.rules.ts';
import { dueMonths } from './month.rows.ts';
import { type DueHour, dueHours, takeRecentSnapshots } from './recent-samples.rows.ts';
import {
  type MergedSnapshots,
  mergeChunks,
  mergeSnapshots,
  mergeSums,
  rollUpHour,
  SHARED_CHUNKS,
  sharedChunk,
} from './roll-up.rules.ts';
import { rollUpMonth } from './roll-up-month.ts';
import {
  type DueDay,
  dueDays,
  HOUR_CHUNKS,
  HOURS,
  insertChunks,
  insertRollup,
  lockSeries,
  nextPart,
  SERIES_TABLES,
  startOfDay,
  takeHourChunks,
  takeHourRollups,
  uncountedActiveUs,
} from './rollup.rows.ts';

/*
 * Moves statement samples to where a year of them is small and quickly read (monitoring.md 3.4): an hour after its end
 * the samples of an hour become a rollup, two days after its end the rollups of a day become one, whose sums are added to
 * those of its month. Each move is a
 * transaction that deletes what it stores elsewhere, under a lock on the server's series: whatever interrupts it, and
 * however many replicas try, every snapshot is stored exactly once. Late data is simply due again.
 */
const HOUR_MS = 3_600_000;
const HOURS_KEPT_MS = 2 * DAY_MS;

@Injectable()
export class CompactSamples {
  now = (): number => Date.now();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'compact-samples', everyMs: 300_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const organisations = await this.tenants.system('retention', organisationsWithServers);
    let moved = 0;
    const how = { signal, log: this.log, what: 'Compacting samples' };
    const move = async <Due extends object>(due: readonly Due[], rollUp: (one: Due) => Promise<boolean>) => {
      // What cannot be moved stays where it is and is read from there.
      await each(due, how, async (one) => {
        if (await rollUp(one)) moved += 1;
        await setImmediate();
      });
    };
    await each(
      organisations.map((orgId) => ({ orgId })),
      how,
      async ({ orgId }) => {
        await move(await this.dueHours(orgId), (hour) => this.rollUpHour(orgId, hour));
        await move(await this.dueDays(orgId), (day) => this.rollUpDay(orgId, day));
      },
    );
    // Last: what is read without months meanwhile is read more slowly, and is all there.
    await each(
      organisations.map((orgId) => ({ orgId })),
      how,
      async ({ orgId }) => {
        const months = await this.tenants.read(orgId, dueMonths);
        await move(months, (month) => this.tenants.run(orgId, (tx) => rollUpMonth(tx, month)));
      },
    );
    return moved > 0 && !signal.aborted ? 'again' : undefined;
  }

  /** Hours that ended an hour ago. */
  private dueHours(orgId: string): Promise<DueHour[]> {
    const before = new Date(Math.floor(this.now() / HOUR_MS - 1) * HOUR_MS);
    return this.tenants.read(orgId, (tx) => dueHours(tx, before));
  }

  private dueDays(orgId: string): Promise<DueDay[]> {
    const before = startOfDay(new Date(this.now() - HOURS_KEPT_MS));
    return this.tenants.read(orgId, (tx) => dueDays(tx, before));
  }

  async rollUpHour(orgId: string, due: DueHour): Promise<boolean> {
    const { serverId, hour } = due;
    const day = startOfDay(hour);
    await this.makeRoom(day);
    return this.tenants.run(orgId, async (tx) => {
      if (!(await lockSeries(tx, serverId))) return false;
      const recent = await takeRecentSnapshots(tx, due);
      if (recent.length === 0) return false;
      const { snapshots, chunks, sums } = rollUpHour(recent);
      const activeUs = await uncountedActiveUs(tx, serverId, hour, new Date(hour.getTime() + HOUR_MS));
      const part = await nextPart(tx, serverId, day);
      const rollup = { serverId, day, part, hour: hour.getUTCHours() };
      await insertRollup(tx, { ...rollup, snapshots, sums, activeUs });
      await insertChunks(tx, rollup, chunks);
      return true;
    });
  }

  async rollUpDay(orgId: string, due: DueDay): Promise<boolean> {
    const { serverId, day } = due;
    return this.tenants.run(orgId, async (tx) => {
      if (!(await lockSeries(tx, serverId))) return false;
      const part = await nextPart(tx, serverId, day);
      // Before the hours go: samples may have gone before them, and what they counted is known by the hours alone.
      const late = await uncountedActiveUs(tx, serverId, day, new Date(day.getTime() + DAY_MS));
      const rollups = await takeHourRollups(tx, due);
      if (rollups.length === 0) return false;
      const snapshots = mergeSnapshots(rollups);
      await this.moveChunks(tx, due, part, snapshots);
      const sums = mergeSums(rollups.map((rollup) => rollup.sums));
      const activeUs = hourSums([late, ...rollups.map((rollup) => rollup.activeUs)]);
      await insertRollup(tx, { serverId, day, part, hour: null, snapshots: snapshots.snapshots, sums, activeUs });
      return true;
    });
  }

  /** One shared chunk after the other: a day of all statements at once would be a hundred megabytes. */
  private async moveChunks(tx: Tx, due: DueDay, part: number, snapshots: MergedSnapshots): Promise<void> {
    for (let shared = 0; shared < SHARED_CHUNKS; shared += 1) {
      const points = await takeHourChunks(tx, due, [...snapshots.numbers.keys()], sharedChunk(shared));
      const chunks = mergeChunks(points, snapshots);
      if (chunks.length > 0) await insertChunks(tx, { ...due, part, hour: null }, chunks);
      await setImmediate();
    }
  }

  /** Days and months that are long past when a backlog is worked off; those to come are made by enforce-retention. */
  private async makeRoom(day: Date): Promise<void> {
    for (const table of SERIES_TABLES)
      await this.tenants.system('partitions', (tx) => ensureMonths(tx, table, { from: day, to: day }));
    // That day, and its neighbours in case the database has another one just now.
    const back = Math.floor((Date.now() - day.getTime()) / DAY_MS);
    await this.tenants.system('partitions', (tx) => ensureDays(tx, HOUR_CHUNKS, { back: back + 1, ahead: 1 - back }));
  }
}

const hourSums = (parts: readonly (readonly number[])[]): number[] =>
  Array.from({ length: HOURS }, (_, hour) => parts.reduce((sum, part) => sum + (part[hour] ?? 0), 0));
