import type { NatsConnection } from '@nats-io/nats-core';
import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { connectNats } from '@tidegate/messaging/nats';
import { OperationServer } from '@tidegate/messaging/operation-server';
import { SecretSealer } from '@tidegate/messaging/sealer';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';

/**
 * What the notifier asks of billing and usage, answered on the bus with their own credentials by the rules of their
 * contracts: a plan with these limits, and a quota of which so much is left.
 */
export class Neighbours {
  channels = 50;
  webhooks = true;
  /** Units left per organisation; without an entry there is no end. */
  readonly left = new Map<string, number>();
  /** Leases that are out at this moment. */
  readonly held = new Set<string>();
  private readonly settings: Settings;
  private readonly connections: NatsConnection[] = [];
  private usage: OperationServer | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  async start(): Promise<void> {
    const billing = await this.connect('billing');
    this.serve('billing', billing, { [getEntitlements.subject]: (_input, orgId) => this.snapshot(orgId) }).start();
    await this.startUsage();
  }

  async startUsage(): Promise<void> {
    const nc = await this.connect('usage');
    this.usage = this.serve('usage', nc, {
      [takeLease.subject]: (_input, orgId) => this.take(orgId),
      [returnLease.subject]: (input) => this.giveBack((input as { leaseId: string }).leaseId),
    });
    this.usage.start();
    await nc.flush();
  }

  /** As if every replica of usage were down. */
  async stopUsage(): Promise<void> {
    await this.usage?.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.connections.map((nc) => nc.close()));
  }

  private async connect(service: ServiceName): Promise<NatsConnection> {
    const nc = await connectNats(
      { servers: this.settings.nats.servers, ...this.settings.nats.users[service] },
      `test ${service}`,
    );
    this.connections.push(nc);
    return nc;
  }

  private serve(
    service: ServiceName,
    nc: NatsConnection,
    answers: Record<string, (input: unknown, orgId: string) => unknown>,
  ): OperationServer {
    const { sealing, callerSecret } = this.settings;
    const publicKeys = Object.fromEntries(Object.entries(sealing).map(([name, keys]) => [name, keys.publicKey]));
    const own = { name: service, privateKey: sealing[service]?.privateKey ?? '' };
    const operations = [getEntitlements, takeLease, returnLease] as unknown as Operation[];
    return new OperationServer(
      {
        service,
        nc,
        tokens: new CallerTokens(callerSecret),
        sealer: new SecretSealer(publicKeys, own),
        log: new Log({ service }),
        metrics: new Metrics(),
        runner: {
          run: async ({ operation }: { operation: Operation }, asked: { input: unknown; caller: { orgId?: string } }) =>
            operation.output.parse(
              answers[operation.subject]?.(operation.input.parse(asked.input), asked.caller.orgId ?? ''),
            ),
        } as never,
      },
      operations
        .filter(({ subject }) => answers[subject])
        .map((operation) => ({ operation, run: async () => undefined })),
    );
  }

  snapshot(orgId: string, version = 1): Entitlements {
    return {
      orgId,
      version,
      plan: 'free',
      planName: 'Free',
      planVersion: 1,
      access: 'full',
      features: {
        channels: { kind: 'counted', limit: this.channels },
        webhook_channels: { kind: 'boolean', value: this.webhooks },
      },
      periodAnchor: '2026-01-01T00:00:00.000Z',
      upgrade: { channels: { plan: 'pro', planName: 'Pro', limit: 100 } },
    };
  }

  private take(orgId: string) {
    const left = this.left.get(orgId) ?? Number.POSITIVE_INFINITY;
    const granted = left > 0;
    const leaseId = granted ? newId() : null;
    if (leaseId) {
      this.left.set(orgId, left - 1);
      this.held.add(leaseId);
    }
    const later = new Date(Date.now() + 60_000).toISOString();
    return {
      leaseId,
      meter: 'notifications',
      granted: granted ? 1 : 0,
      expiresAt: later,
      limit: 100,
      enforcement: 'hard',
      used: 0,
      reserved: this.held.size,
      resetsAt: later,
      plan: 'free',
      upgradeTo: null,
    };
  }

  private giveBack(leaseId: string) {
    this.held.delete(leaseId);
    return { leaseId, released: 1, remaining: null };
  }
}
