import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Log } from '@tidegate/telemetry/log';
import { sealUrl, unsealedUrls } from './channel.rows.ts';
import { ChannelSecrets } from './channel-secrets.ts';
import { maskedUrl } from './webhook-url.rules.ts';

/** Seals webhook addresses that an older version stored unsealed, once, at the first start. */
@Injectable()
export class SealUrls implements OnApplicationBootstrap {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly secrets: ChannelSecrets,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const clear = () => this.tenants.system('upkeep', unsealedUrls);
    for (let rows = await clear(); rows.length > 0; rows = await clear()) {
      const failed = await each(rows, { log: this.log, what: 'Sealing the address of a webhook' }, (row) =>
        this.sealOne(row),
      );
      // What fails is retried at the next start and keeps working until then.
      if (failed === rows.length) return;
    }
  }

  private async sealOne({ org_id: orgId, id, target }: { org_id: string; id: string; target: string }): Promise<void> {
    await this.tenants.run(orgId, async (tx) => {
      const sealed = await this.secrets.seal(tx, id, 'url_sealed', target);
      await sealUrl(tx, id, { sealed, shown: maskedUrl(new URL(target)) });
    });
  }
}
