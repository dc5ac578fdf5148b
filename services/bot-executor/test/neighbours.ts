import type { NatsConnection } from '@nats-io/nats-core';
import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import type { Input, Operation, Output } from '@tidegate/contracts/kernel/operation';
import { featureNotIncluded } from '@tidegate/contracts/kernel/problem';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { OperationServer } from '@tidegate/messaging/operation-server';
import { SecretSealer } from '@tidegate/messaging/sealer';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { entitlementsOf } from '@tidegate/testing/entitlements';

export const SECRET = 'secret';

interface Held {
  orgId: string;
  meter: string;
  granted: number;
  spent: number | undefined;
}

/**
 * Billing, which allows everything, and usage, which enforces hard quotas and never receives any usage, as if its
 * ingestion lagged forever. Both are held to their contracts.
 */
export class Neighbours {
  /** Of each organisation and meter; without an entry there is no end. */
  readonly limits = new Map<string, number>();
  /** Organisations whose plan has no meters at all. */
  readonly without = new Set<string>();
  /** Of an organisation's plan, beside what all have. */
  readonly features = new Map<string, Record<string, FeatureGrant>>();
  readonly leases = new Map<string, Held>();
  private readonly nc: NatsConnection;
  private readonly servers: OperationServer[] = [];

  constructor(nc: NatsConnection) {
    this.nc = nc;
    this.serve('billing', [
      answering(getEntitlements, (_input, orgId) => entitlements(orgId, this.features.get(orgId))),
    ]);
    this.serve('usage', [
      answering(takeLease, (input, orgId) => this.take(input, orgId)),
      answering(returnLease, ({ leaseId, spent }) => this.giveBack(leaseId, spent)),
    ]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  /** What is lent and not given back unspent. */
  held(orgId: string, meter: string): number {
    const of = [...this.leases.values()].filter((lease) => lease.orgId === orgId && lease.meter === meter);
    return of.reduce((sum, { granted, spent }) => sum + (spent ?? granted), 0);
  }

  private take({ meter, want, whole }: Input<typeof takeLease>, orgId: string): Output<typeof takeLease> {
    if (this.without.has(orgId))
      throw featureNotIncluded({ feature: meter, product: null, plan: 'old', upgradeTo: 'pro' });
    const limit = this.limits.get(`${orgId} ${meter}`) ?? null;
    const reserved = this.held(orgId, meter);
    const left = limit === null ? want : Math.max(0, limit - reserved);
    const granted = left >= want ? want : whole ? 0 : left;
    const leaseId = granted > 0 ? newId() : null;
    if (leaseId) this.leases.set(leaseId, { orgId, meter, granted, spent: undefined });
    const later = new Date(Date.now() + 60_000).toISOString();
    const standing = { limit, enforcement: 'hard' as const, used: 0, reserved: reserved + granted, resetsAt: later };
    return { leaseId, meter, granted, expiresAt: later, ...standing, product: null, plan: 'free', upgradeTo: 'pro' };
  }

  private giveBack(leaseId: string, spent: number): Output<typeof returnLease> {
    const lease = this.leases.get(leaseId);
    if (!lease) throw new Error('There is no such lease.');
    lease.spent = spent;
    return { leaseId, granted: lease.granted, spent, released: lease.granted - spent };
  }

  private serve(service: ServiceName, answers: Answering[]): void {
    const run = async ({ operation }: { operation: Operation }, asked: Asked) =>
      answers.find((one) => one.operation.name === operation.name)?.answer(asked);
    const server = new OperationServer(
      {
        service,
        nc: this.nc,
        tokens: new CallerTokens(SECRET),
        sealer: new SecretSealer({}, { name: service, privateKey: '' }),
        log: new Log({ service }),
        metrics: new Metrics(),
        runner: { run } as never,
      },
      answers.map(({ operation }) => ({ operation, run: async () => undefined })),
    );
    server.start();
    this.servers.push(server);
  }
}

interface Asked {
  input: unknown;
  caller: { orgId?: string };
}

interface Answering {
  operation: Operation;
  answer: (asked: Asked) => unknown;
}

/** By the contract: its input and its output. */
const answering = <Op extends Operation>(
  operation: Op,
  answer: (input: Input<Op>, orgId: string) => Output<Op>,
): Answering => ({
  operation,
  answer: ({ input, caller }) =>
    operation.output.parse(answer(operation.input.parse(input) as Input<Op>, caller.orgId ?? '')),
});

const entitlements = (orgId: string, more: Record<string, FeatureGrant> = {}): Entitlements =>
  entitlementsOf({
    orgId,
    features: {
      backtests: { kind: 'boolean', value: true },
      bots: { kind: 'counted', limit: 5_000 },
      markets: { kind: 'counted', limit: 50 },
      candles: { kind: 'counted', limit: 5_000_000 },
      pairs_per_bot: { kind: 'counted', limit: null },
      ...more,
    },
  });
