import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { rollUpTurn } from '../kernel/schedule/roll-up-turn.ts';
import { WAIT_SUMS } from './wait-rollups.rows.ts';

/** Adds up what sessions waited for, by the hour and the day. */
@Injectable()
export class RollUpWaits {
  now = (): number => Date.now();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'roll-up-waits', everyMs: 300_000 })
  turn({ signal }: Turn): Promise<void> {
    const what = 'Adding up waits';
    return rollUpTurn(this.tenants, WAIT_SUMS, { now: () => this.now(), signal, log: this.log, what });
  }
}
