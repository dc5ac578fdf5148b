import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { rollUpTurn } from '../kernel/schedule/roll-up-turn.ts';
import { RELATION_SUMS } from './relation-rollups.rows.ts';

/** Adds up what databases, tables and indexes counted, by the hour, the day and the month. */
@Injectable()
export class RollUpRelations {
  now = (): number => Date.now();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'roll-up-relations', everyMs: 300_000 })
  turn({ signal }: Turn): Promise<void> {
    const what = 'Adding up tables and indexes';
    return rollUpTurn(this.tenants, RELATION_SUMS, { now: () => this.now(), signal, log: this.log, what });
  }
}
