import type { NatsConnection } from '@nats-io/nats-core';
import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { findMailSender, type MailSenderInUse } from '@tidegate/contracts/identity/mail-senders';
import { creatorOf } from '@tidegate/contracts/identity/organisations';
import { addressOf } from '@tidegate/contracts/identity/passwords';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { featureNotIncluded, notFound } from '@tidegate/contracts/kernel/problem';
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
import { entitlementsOf } from '@tidegate/testing/entitlements';

export interface Use {
  id: string;
  org: string;
  meter: string;
  quantity: number;
  lease?: string;
}

interface Lent {
  org: string;
  granted: number;
  spent: number | undefined;
}

/**
 * Billing and usage as far as the notifier calls them, on the bus with their own credentials and held to their
 * contracts: a plan with these limits, and a quota with so much left.
 */
export class Neighbours {
  channels = 50;
  webhooks = true;
  /** People with a verified address; all others have none. */
  readonly verified = new Map<string, string>();
  /** People who have to verify theirs first. */
  readonly unverified = new Set<string>();
  /** The languages of people. */
  readonly locales = new Map<string, 'en' | 'de'>();
  /** Creators of organisations; for any other, identity fails. */
  creators: Map<string, string> | undefined;
  readonly askedCreators: string[] = [];
  /** Who an organisation's mails are from; for `away`, identity fails. */
  readonly senders = new Map<string, MailSenderInUse | 'away'>();
  /** Units of the period per organisation; unlimited without an entry. */
  readonly limit = new Map<string, number>();
  /** Organisations whose plan has no notifications. */
  readonly without = new Set<string>();
  /** Whether usage events are counted on arrival; those that came in the meantime are counted later. */
  ingesting = true;
  private readonly leases = new Map<string, Lent>();
  private readonly uses = new Map<string, Use>();
  private readonly waiting: Use[] = [];
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
    const identity = await this.connect('identity');
    this.serve('identity', identity, {
      [addressOf.subject]: (input) => this.address(input as { userId: string }),
      [creatorOf.subject]: (input) => this.creator(input as { organisationId: string }),
      [findMailSender.subject]: (input) => this.sender(input as { organisationId: string }),
    }).start();
    await identity.flush();
  }

  private address({ userId }: { userId: string }) {
    const email = this.verified.get(userId) ?? `${userId}@people.example`;
    const locale = this.locales.get(userId) ?? null;
    return { email, locale, verified: this.verified.has(userId), mayReachOthers: !this.unverified.has(userId) };
  }

  private sender({ organisationId }: { organisationId: string }) {
    const sender = this.senders.get(organisationId);
    if (sender === 'away') throw new Error('identity fails for this one');
    return sender ?? { name: null, address: null, replyTo: null };
  }

  private creator({ organisationId }: { organisationId: string }) {
    this.askedCreators.push(organisationId);
    const userId = this.creators ? this.creators.get(organisationId) : organisationId;
    if (!userId) throw new Error('identity fails for this one');
    return { userId };
  }

  async startUsage(): Promise<void> {
    const nc = await this.connect('usage');
    this.usage = this.serve('usage', nc, {
      [takeLease.subject]: (_input, orgId) => this.take(orgId),
      [returnLease.subject]: (input) => this.giveBack(input as { leaseId: string; spent: number }),
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
    const operations = [
      getEntitlements,
      takeLease,
      returnLease,
      addressOf,
      creatorOf,
      findMailSender,
    ] as unknown as Operation[];
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
    return entitlementsOf({
      orgId,
      version,
      features: {
        channels: { kind: 'counted', limit: this.channels },
        webhook_channels: { kind: 'boolean', value: this.webhooks },
      },
      upgrade: { channels: { product: 'main', plan: 'pro', planName: 'Pro', limit: 100 } },
    });
  }

  /** Usage events, as they come from the stream: each id counts once. */
  count(uses: readonly Use[]): void {
    this.waiting.push(...uses);
    if (this.ingesting) for (const use of this.waiting.splice(0)) this.uses.set(`${use.org} ${use.id}`, use);
  }

  /** Units that are leased and not yet reported. */
  reserved(orgId: string): number {
    const lent = [...this.leases].filter(([, lease]) => lease.org === orgId);
    return lent.reduce((sum, [id, { granted, spent }]) => {
      const reported = [...this.uses.values()].filter((use) => use.lease === id).length;
      return sum + Math.max(0, (spent ?? granted) - reported);
    }, 0);
  }

  used = (orgId: string): number => [...this.uses.values()].filter((use) => use.org === orgId).length;

  private take(orgId: string) {
    if (this.without.has(orgId))
      throw featureNotIncluded({ feature: 'notifications', product: null, plan: 'old', upgradeTo: 'pro' });
    const limit = this.limit.get(orgId) ?? null;
    const left = limit === null ? 1 : limit - this.used(orgId) - this.reserved(orgId);
    const leaseId = left > 0 ? newId() : null;
    if (leaseId) this.leases.set(leaseId, { org: orgId, granted: 1, spent: undefined });
    const later = new Date(Date.now() + 60_000).toISOString();
    return {
      leaseId,
      meter: 'notifications',
      granted: leaseId ? 1 : 0,
      expiresAt: later,
      limit,
      enforcement: 'hard',
      used: this.used(orgId),
      reserved: this.reserved(orgId),
      resetsAt: later,
      product: null,
      plan: 'free',
      upgradeTo: null,
    };
  }

  private giveBack({ leaseId, spent }: { leaseId: string; spent: number }) {
    const lease = this.leases.get(leaseId);
    if (!lease) throw notFound();
    lease.spent = spent;
    return { leaseId, granted: lease.granted, spent, released: lease.granted - spent };
  }
}
