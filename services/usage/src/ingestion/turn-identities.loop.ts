import { Injectable } from '@nestjs/common';
import { isLockTimeout } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop } from '@tidegate/runtime/loop';
import { storePrints, turnIdentities } from '../kernel/usage-identity.rows.ts';
import { UsageWriter } from './usage-writer.ts';

const OFTEN_MS = 2_000;
/** Fewer than these cannot have filled a generation; then PostgreSQL is not asked. */
const ENOUGH = 50_000;

/*
 * Closes a generation of identities while it is small, however fast events come. Time closes it as well, which is left to
 * retention: this loop asks only where this process has counted much. Where the lock is not to be had it is tried again.
 */
@Injectable()
export class TurnIdentities {
  /** At which a generation is closed, where it differs from what is usual. */
  size: { bytes?: number } = {};
  private counted = 0;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly writer: UsageWriter,
  ) {}

  @Loop({ name: 'turn-identities', everyMs: OFTEN_MS })
  async turn(): Promise<void> {
    this.counted += this.writer.takeCounted();
    if (this.counted < ENOUGH) return;
    try {
      const turned = await this.tenants.system('ingest', (tx) => turnIdentities(tx, this.size));
      if (turned) await this.tenants.system('ingest', (tx) => storePrints(tx));
      this.counted = 0;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
    }
  }
}
