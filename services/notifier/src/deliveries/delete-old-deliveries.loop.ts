import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { forgetEarlier } from '../channels/earlier-secret.rows.ts';
import { NotifierConfig } from '../notifier.config.ts';
import { forgetDeliveries } from '../queue/delivery.rows.ts';

const BATCH = 1_000;

@Injectable()
export class ForgetDeliveries {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly config: NotifierConfig,
  ) {}

  @Loop({ name: 'forget-deliveries', everyMs: 3_600_000 })
  async turn(): Promise<TurnResult> {
    const gone = await this.tenants.system('forget-deliveries', async (tx) => {
      await forgetEarlier(tx);
      return forgetDeliveries(tx, this.config.NOTIFIER_KEEP_DAYS, BATCH);
    });
    await this.tenants.as({}, (tx) =>
      tx.query("delete from confirmation_mails where since < now() - interval '1 day'"),
    );
    return gone === BATCH ? 'again' : undefined;
  }
}
