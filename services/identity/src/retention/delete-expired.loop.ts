import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { IdentityConfig } from '../identity.config.ts';
import { deleteExpired, EXPIRED, expiredAudit } from './expired.rows.ts';

const BATCH = 1_000;

/** In batches, so that no turn holds many locks; a full batch means that there is more. */
@Injectable()
export class DeleteExpired {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly config: IdentityConfig,
  ) {}

  @Loop({ name: 'delete-expired', everyMs: 600_000 })
  async turn(): Promise<TurnResult> {
    let more = false;
    for (const expired of [...EXPIRED, expiredAudit(this.config.AUDIT_KEEP_DAYS)]) {
      const deleted = await this.tenants.system('retention', (tx) => deleteExpired(tx, expired, BATCH));
      more ||= deleted === BATCH;
    }
    return more ? 'again' : undefined;
  }
}
