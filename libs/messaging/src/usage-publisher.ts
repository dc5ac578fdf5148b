import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type UsageEvent, usageSubject } from '@tidegate/contracts/usage/event';

const PUBLISH_MS = 2_000;

/** Publishes to the usage stream for a service without a database, whose events have no outbox. */
export class UsagePublisher {
  private readonly nc: NatsConnection;

  constructor(nc: NatsConnection) {
    this.nc = nc;
  }

  get isClosed(): boolean {
    return this.nc.isClosed();
  }

  /** One message, stored when this resolves; sent again under the same name it is stored once. */
  async publish(name: string, orgId: string, meter: string, events: readonly UsageEvent[]): Promise<void> {
    const options = { msgID: name, timeout: PUBLISH_MS };
    await jetstream(this.nc, { checkAPI: false }).publish(usageSubject(orgId, meter), JSON.stringify(events), options);
  }
}
