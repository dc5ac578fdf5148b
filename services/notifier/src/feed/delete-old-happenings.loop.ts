import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { NotifierConfig } from '../notifier.config.ts';
import { deleteOldHappenings } from './happening.rows.ts';

const BATCH = 1_000;

@Injectable()
export class DeleteOldHappenings {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly config: NotifierConfig,
  ) {}

  @Loop({ name: 'delete-old-happenings', everyMs: 3_600_000 })
  async turn(): Promise<TurnResult> {
    const keep = this.config.NOTIFIER_KEEP_DAYS;
    const deleted = await this.tenants.system('retention', (tx) => deleteOldHappenings(tx, keep, BATCH));
    return deleted === BATCH ? 'again' : undefined;
  }
}
