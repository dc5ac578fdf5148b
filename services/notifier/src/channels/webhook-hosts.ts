import { Inject, Injectable } from '@nestjs/common';
import { guardHost, type HostPolicy } from '@tidegate/netguard/guard-host';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { NotifierConfig } from '../notifier.config.ts';

/** Which hosts webhooks may go to: this machine only where customers and the installation share it. */
@Injectable()
export class WebhookHosts {
  readonly policy: HostPolicy;

  constructor(@Inject(SETTINGS) settings: Settings, config: NotifierConfig) {
    this.policy = {
      allowLoopback: config.NOTIFIER_ALLOW_LOOPBACK ?? (settings.embedded && !settings.production),
      allowNetworks: config.NOTIFIER_ALLOWED_NETWORKS,
    };
  }

  /** False when the host is closed or has no address. */
  async mayBeCalled(url: URL): Promise<boolean> {
    return guardHost({ host: url.hostname, port: 0, policy: this.policy }).then(
      () => true,
      () => false,
    );
  }
}
