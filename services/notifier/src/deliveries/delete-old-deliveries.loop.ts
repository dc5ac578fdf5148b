import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { deleteOldConfirmationMails } from '../channels/confirmation-mail.rows.ts';
import { deleteExpiredSecrets } from '../channels/earlier-secret.rows.ts';
import { NotifierConfig } from '../notifier.config.ts';
import { deleteOldDeliveries } from '../queue/delivery.rows.ts';

const BATCH = 1_000;

@Injectable()
export class DeleteOldDeliveries {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly config: NotifierConfig,
  ) {}

  @Loop({ name: 'delete-old-deliveries', everyMs: 3_600_000 })
  async turn(): Promise<TurnResult> {
    const deleted = await this.tenants.system('retention', async (tx) => {
      await deleteExpiredSecrets(tx);
      return deleteOldDeliveries(tx, this.config.NOTIFIER_KEEP_DAYS, BATCH);
    });
    await this.tenants.as({}, deleteOldConfirmationMails);
    return deleted === BATCH ? 'again' : undefined;
  }
}
