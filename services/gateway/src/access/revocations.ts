import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { ACCESS_TOKEN_SECONDS, accessRevoked } from '@tidegate/contracts/identity/tokens';
import { Envelope } from '@tidegate/contracts/kernel/event';
import { NATS } from '@tidegate/runtime/host';
import { Loop, OnStart, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import type { Principal } from './access.ts';

/** A token revoked earlier than this has expired by itself. */
const REPLAY_SECONDS = ACCESS_TOKEN_SECONDS + 60;

/**
 * What was revoked recently. A starting gateway first replays the last minutes of revocations, which is the complete
 * set, because older tokens have expired; then it follows. Ready only after the replay.
 */
@Injectable()
export class Revocations {
  private readonly since = new Map<string, { at: number; version: number | undefined }>();
  private readonly listeners = new Set<(key: string) => void>();
  private last = 0;

  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    private readonly log: Log,
  ) {}

  isRevoked({ caller, issuedAt, memberVersion }: Principal): boolean {
    if (this.since.size === 0) return false;
    // A session, key or organisation that is gone never comes back, so its entry counts whatever the time. A person may get new
    // rights, so there only what carries an older membership counts, and of all their sessions what was issued before.
    const gone = [`session:${caller.sessionId}`, `api_key:${caller.keyId}`, `organisation:${caller.orgId}`];
    if (gone.some((key) => this.since.has(key))) return true;
    if ((this.since.get(`user:${caller.userId}`)?.at ?? 0) >= issuedAt) return true;
    const member = this.since.get(`member:${caller.orgId}:${caller.userId}`);
    if (!member) return false;
    if (member.version === undefined || memberVersion === undefined) return member.at >= issuedAt;
    return memberVersion < member.version;
  }

  /** Tells of each revocation as it comes: open streams end on it. */
  onRevoked(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  @OnStart()
  async replay(): Promise<void> {
    const consumer = await this.consumer(new Date(Date.now() - REPLAY_SECONDS * 1_000));
    const { num_pending } = await consumer.info();
    if (num_pending === 0) return;
    const batch = await consumer.fetch({ max_messages: num_pending, expires: 3_000 });
    for await (const message of batch) this.take(message.string(), message.seq);
  }

  /** Follows for as long as the process lives; begins again where it was when the bus was away. */
  @Loop({ name: 'follow-revocations', everyMs: 500 })
  async follow({ signal }: Turn): Promise<void> {
    const consumer = await this.consumer(new Date(Date.now() - REPLAY_SECONDS * 1_000));
    const messages = await consumer.consume();
    const stop = () => messages.stop();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      for await (const message of messages) this.take(message.string(), message.seq);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  @Loop({ name: 'forget-revocations', everyMs: 60_000 })
  async forget(): Promise<undefined> {
    const horizon = Date.now() - REPLAY_SECONDS * 1_000;
    for (const [key, { at }] of this.since) if (at < horizon) this.since.delete(key);
  }

  private consumer(from: Date) {
    return jetstream(this.nc, { checkAPI: false }).consumers.get('EVENTS', {
      filter_subjects: accessRevoked.subject,
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: from.toISOString(),
    });
  }

  private take(text: string, sequence: number): void {
    if (sequence <= this.last) return;
    this.last = sequence;
    const parsed = accessRevoked.data.safeParse(Envelope.parse(JSON.parse(text)).data);
    if (!parsed.success) {
      this.log.error({ sequence }, 'A revocation could not be read');
      return;
    }
    const { kind, id, at, version } = parsed.data;
    this.since.set(`${kind}:${id}`, { at: Date.parse(at), version });
    for (const listener of this.listeners) listener(`${kind}:${id}`);
  }
}
