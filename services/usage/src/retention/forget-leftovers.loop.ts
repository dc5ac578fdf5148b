import { Injectable } from '@nestjs/common';
import { forgetOrganisation } from '@tidegate/database/forget-organisation';
import { Tenants } from '@tidegate/database/tenants';
import { Loop } from '@tidegate/runtime/loop';

const AT_ONCE = 100;

/*
 * The last uses of a deleted organisation may be counted after it was forgotten: they were on their way, and writers
 * remember organisations for a while. What has no account any more is deleted again:
 *   deleted ──late events──► leftovers ──this loop──► nothing
 */
@Injectable()
export class ForgetLeftovers {
  private readonly tenants: Tenants;

  constructor(tenants: Tenants) {
    this.tenants = tenants;
  }

  @Loop({ name: 'forget-leftovers', everyMs: 10_000 })
  async turn(): Promise<void> {
    const orphans = await this.tenants.system('ingest', (tx) =>
      tx.query<{ org_id: string }>(
        `select org_id from (select org_id from usage_balances union select org_id from leases) u
          where not exists (select from accounts a where a.org_id = u.org_id) limit ${AT_ONCE}`,
      ),
    );
    for (const { org_id } of orphans) await this.tenants.run(org_id, (tx) => forgetOrganisation(tx, org_id));
  }
}
