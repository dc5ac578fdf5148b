import { Injectable } from '@nestjs/common';
import { countThings, nameThings, type OverLimit, type Thing } from '@tidegate/contracts/billing/counted';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

/** Who waits for the whole answer does not wait long for one service. */
const ANSWER_WITHIN_MS = 2_000;

type Features = Entitlements['features'];

/**
 * Names what an organisation has more of than it would be allowed, and which of it could only be read then: the services
 * that own the things count and name them. No transaction may be open. What a service does not say is left out.
 */
@Injectable()
export class OverLimits {
  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  async of(orgId: string, features: Features): Promise<OverLimit[]> {
    const over = overLimits(await this.counts(orgId), features);
    if (over.length === 0) return [];
    const limits = Object.fromEntries(over.map(({ feature, limit }) => [feature, limit]));
    const named = await this.answers<Record<string, Thing[]>>(
      orgId,
      Object.values(nameThings).map((operation) =>
        this.bus.call(operation, { limits }, { orgId, deadlineMs: ANSWER_WITHIN_MS }),
      ),
    );
    const names: Record<string, Thing[]> = Object.assign({}, ...named);
    return over.map((one) => ({ ...one, restricted: names[one.feature] ?? [] }));
  }

  private async counts(orgId: string): Promise<ReadonlyMap<string, number>> {
    const counted = await this.answers<Record<string, number>>(
      orgId,
      Object.values(countThings).map((operation) =>
        this.bus.call(operation, {}, { orgId, deadlineMs: ANSWER_WITHIN_MS }),
      ),
    );
    return new Map(counted.flatMap((one) => Object.entries(one)));
  }

  private async answers<T>(orgId: string, asked: Promise<T>[]): Promise<T[]> {
    const answers = await Promise.allSettled(asked);
    for (const answer of answers) {
      if (answer.status === 'rejected') this.log.warn({ error: answer.reason, orgId }, 'A service does not count');
    }
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }
}

/** Of what there is, that which the features do not allow. What is not included is limited to none. */
export function overLimits(
  counts: ReadonlyMap<string, number>,
  features: Features,
): Pick<OverLimit, 'feature' | 'limit' | 'used'>[] {
  return [...counts].flatMap(([feature, used]) => {
    const grant = features[feature];
    const limit = grant?.kind === 'counted' ? grant.limit : grant?.kind === 'boolean' && grant.value ? null : 0;
    return limit === null || used <= limit ? [] : [{ feature, limit, used }];
  });
}
