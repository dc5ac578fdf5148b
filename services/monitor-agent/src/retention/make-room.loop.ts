import { Injectable } from '@nestjs/common';
import { dropDays, dropMonth, isLockTimeout } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { DiskRoom } from '@tidegate/runtime/disk-room';
import { Loop } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { HOUR_CHUNKS, SERIES_TABLES } from '../series/rollup.rows.ts';
import { oldestDays, oldestMonthDays, SAMPLE_TABLES } from './retention.rows.ts';

/*
 * A disk that is nearly full would stop everything for everybody, so the least of what there is goes first, and by itself:
 * the oldest day of samples, of every table and customer, again and again until there is room. Today and yesterday stay,
 * because they are what a server's pages live on. Dropping a partition gives its space back at once; then come whole months of
 * statements, the oldest first, with everything that is read through them. What people wrote, bought or traded is never touched. All of it may run in several replicas at once.
 */
const TABLES = [...SAMPLE_TABLES, HOUR_CHUNKS];
const LEAST_DAYS = 1;
const LEAST_MONTH_DAYS = 31;

@Injectable()
export class MakeRoom {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly disk: DiskRoom,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'make-room', everyMs: 60_000 })
  async turn(): Promise<'again' | undefined> {
    if ((await this.disk.measure()) === 'enough') return undefined;
    return (await this.dropOldest()) ? 'again' : undefined;
  }

  private async dropOldest(): Promise<boolean> {
    try {
      const days = await this.tenants.system('partitions', (tx) => oldestDays(tx, TABLES));
      if (days !== undefined && days > LEAST_DAYS) {
        for (const table of TABLES) await this.tenants.system('partitions', (tx) => dropDays(tx, table, days - 1));
        this.log.error({ daysAgo: days }, 'The disk is nearly full: a day of samples was deleted before its time');
        return true;
      }
      const month = await this.tenants.system('partitions', (tx) => oldestMonthDays(tx, SERIES_TABLES));
      if (month !== undefined && month >= LEAST_MONTH_DAYS) {
        // What is large first: nobody finds the chunks of a rollup that is gone.
        for (const table of SERIES_TABLES.toReversed())
          await this.tenants.system('partitions', (tx) => dropMonth(tx, table, month));
        this.log.error({ endedDaysAgo: month }, 'The disk is nearly full: a month of statements was deleted early');
        return true;
      }
      this.log.error({}, 'The disk is nearly full, and nothing is left that may go by itself');
      return false;
    } catch (error) {
      if (isLockTimeout(error)) return false;
      throw error;
    }
  }
}
