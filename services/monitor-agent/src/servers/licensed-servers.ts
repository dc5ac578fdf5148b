import { Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { planLimitReached } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { InstallationLicence } from '@tidegate/runtime/licence/installation-licence';
import { Log } from '@tidegate/telemetry/log';
import { countAllServers, lockAllServers } from './server.rows.ts';

/**
 * Where the licence of the installation limits servers, all organisations together have no more. A licence for fewer than
 * there are lets them go on, adds none, and is said at every start.
 */
@Injectable()
export class LicensedServers implements OnApplicationBootstrap {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
    @Optional() private readonly licence?: InstallationLicence,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const limit = this.limit();
    if (limit === null) return;
    const used = await this.tenants.system('licence', countAllServers);
    if (used > limit)
      this.log.error({ limit, used }, 'More servers are watched than the licence allows: none can be added');
  }

  /** Last before a server is added: until then nobody else adds one. */
  async require(tx: Tx): Promise<void> {
    const limit = this.limit();
    if (limit === null) return;
    const all = tx.as({ ...(tx.orgId && { orgId: tx.orgId }), system: 'licence' });
    await lockAllServers(all);
    const used = await countAllServers(all);
    if (used < limit) return;
    throw planLimitReached(
      { feature: 'licensed_servers', limit, used, product: null, plan: null, upgradeTo: null },
      `The licence of this installation allows ${limit} servers. Its operator can have it extended.`,
    );
  }

  private limit(): number | null {
    return this.licence?.standing().servers ?? null;
  }
}
