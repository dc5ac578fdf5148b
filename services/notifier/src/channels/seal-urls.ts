import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import { OnStart } from '@tidegate/runtime/loop';
import { sealUrl, unsealedUrls } from './channel.rows.ts';
import { ChannelSecrets } from './channel-secrets.ts';
import { maskedUrl } from './webhook-url.rules.ts';

/** Addresses of webhooks from before they were sealed: once, at the first start that knows of it. */
@Injectable()
export class SealUrls {
  constructor(
    private readonly tenants: Tenants,
    private readonly secrets: ChannelSecrets,
  ) {}

  @OnStart()
  async seal(): Promise<void> {
    const clear = () => this.tenants.system('upkeep', unsealedUrls);
    for (let rows = await clear(); rows.length > 0; rows = await clear()) {
      for (const { org_id: orgId, id, target } of rows) {
        await this.tenants.run(orgId, async (tx) => {
          const sealed = await this.secrets.seal(tx, id, 'url_sealed', target);
          await sealUrl(tx, id, { sealed, shown: maskedUrl(new URL(target)) });
        });
      }
    }
  }
}
