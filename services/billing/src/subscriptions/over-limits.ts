import { Injectable } from '@nestjs/common';
import { countThings } from '@tidegate/contracts/billing/counted';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { OverLimit } from '@tidegate/contracts/billing/subscriptions';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

/** Who waits for the whole answer does not wait long for one service. */
const ANSWER_WITHIN_MS = 2_000;

/** Names what an organisation has more of than it would be allowed: the services that own the things count them. */
@Injectable()
export class OverLimits {
  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** How many there are of each counted thing. No transaction may be open. What a service does not say is left out. */
  async counts(orgId: string): Promise<ReadonlyMap<string, number>> {
    const answers = await Promise.allSettled(
      Object.values(countThings).map((operation) =>
        this.bus.call(operation, {}, { orgId, deadlineMs: ANSWER_WITHIN_MS }),
      ),
    );
    for (const answer of answers) {
      if (answer.status === 'rejected') this.log.warn({ error: answer.reason, orgId }, 'A service does not count');
    }
    return new Map(answers.flatMap((answer) => (answer.status === 'fulfilled' ? Object.entries(answer.value) : [])));
  }
}

/** Of what there is, that which the features do not allow. What is not included is limited to none. */
export function overLimits(counts: ReadonlyMap<string, number>, features: Entitlements['features']): OverLimit[] {
  return [...counts].flatMap(([feature, used]) => {
    const grant = features[feature];
    const limit = grant?.kind === 'counted' ? grant.limit : 0;
    return limit === null || used <= limit ? [] : [{ feature, limit, used }];
  });
}
