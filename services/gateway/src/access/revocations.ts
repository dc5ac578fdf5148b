import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ACCESS_TOKEN_SECONDS, accessRevoked } from '@tidegate/contracts/identity/tokens';
import { EventTail } from '@tidegate/messaging/event-tail';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import type { Principal } from '../kernel/principal.ts';
import { Revoked } from './revoked.rules.ts';

/** A token revoked earlier than this has expired by itself, also where clocks differ by minutes. */
const REPLAY_SECONDS = ACCESS_TOKEN_SECONDS + 300;
const READ_AGAIN_MS = 60_000;
const RETRY_MS = 500;
const START_MS = 30_000;
const PART = 'revocations';

/**
 * What was revoked recently. Revocations are received as they are published; those that were missed (before the start,
 * or while the connection was down) are read from the stream by time: at the start, after each reconnect, and every
 * minute. Receiving one twice is harmless, so nothing depends on the stream's sequence numbers or on a consumer: a
 * recreated stream hides no revocation.
 */
@Injectable()
export class Revocations implements OnApplicationBootstrap {
  private readonly revoked = new Revoked();
  private readonly listeners = new Set<(key: string) => void>();
  private behind = new AbortController();

  constructor(
    private readonly events: EventTail,
    private readonly log: Log,
  ) {}

  isRevoked(principal: Principal): boolean {
    return this.revoked.has(principal);
  }

  /** Calls back for each revocation as it arrives: it ends open streams. */
  onRevoked(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The next revocation with this key, even if it arrives before anybody waits for it. */
  arrivalOf(key: string): { within(ms: number): Promise<void>; ignore(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const ignore = this.onRevoked((one) => {
      if (one === key) resolve();
    });
    const within = (ms: number) => {
      const tooLong = new AbortController();
      const time = setTimeout(ms, undefined, { signal: tooLong.signal }).catch(() => undefined);
      return Promise.race([promise, time]).finally(() => tooLong.abort());
    };
    return { within, ignore };
  }

  /** Ready only when recent revocations are known. */
  async onApplicationBootstrap(): Promise<void> {
    this.events.onReconnect(() => this.behind.abort());
    await this.events.follow(accessRevoked, PART, (data) => this.take(data));
    await this.catchUpUntilDone(AbortSignal.timeout(START_MS));
  }

  @Loop({ name: 'follow-revocations', everyMs: 0 })
  async follow({ signal }: Turn): Promise<void> {
    await setTimeout(READ_AGAIN_MS, undefined, { signal: AbortSignal.any([signal, this.behind.signal]) }).catch(
      () => undefined,
    );
    if (signal.aborted) return;
    this.behind = new AbortController();
    await this.catchUpUntilDone(signal);
  }

  @Loop({ name: 'evict-revocations', everyMs: 60_000 })
  async evict(): Promise<undefined> {
    this.revoked.evict(Date.now() - REPLAY_SECONDS * 1_000);
  }

  /** Right after a restart of nats-server its streams may not answer yet. Until they do, this gateway is not ready. */
  private async catchUpUntilDone(signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        await this.events.readSince(accessRevoked, Date.now() - REPLAY_SECONDS * 1_000, (data) => this.take(data));
        this.events.report(PART, undefined);
        return;
      } catch (error) {
        if (failures === 0) this.log.warn({ error }, 'The latest revocations could not be read; trying again');
        this.events.report(PART, 'the latest revocations are not known');
        await setTimeout(RETRY_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw error;
      }
    }
  }

  private take(data: unknown): void {
    const parsed = accessRevoked.data.safeParse(data);
    if (!parsed.success) {
      this.log.error({}, 'A revocation could not be read');
      return;
    }
    const key = this.revoked.note(parsed.data);
    if (key === undefined) return;
    for (const listener of this.listeners) listener(key);
  }
}
