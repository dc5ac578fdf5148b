import { setTimeout } from 'node:timers/promises';
import { jetstreamManager, type MsgRequest } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ACCESS_TOKEN_SECONDS, accessRevoked } from '@tidegate/contracts/identity/tokens';
import { Envelope } from '@tidegate/contracts/kernel/event';
import { watchOf } from '@tidegate/messaging/nats-watch';
import { NATS } from '@tidegate/runtime/host';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import type { Principal } from '../kernel/principal.ts';
import { Revoked } from './revoked.rules.ts';

/** A token revoked earlier than this has expired by itself, also where clocks differ by minutes. */
const REPLAY_SECONDS = ACCESS_TOKEN_SECONDS + 300;
const LOOK_AGAIN_MS = 60_000;
const RETRY_MS = 500;
const START_MS = 30_000;

/**
 * What was revoked recently. Revocations are heard as they are published; what came while nobody listened (before the
 * start, or while the connection was down) is looked up in the stream by its time: at the start, whenever the
 * connection is back, and each minute. To hear one twice is harmless, so nothing hangs on the stream's numbers or on
 * a consumer: a stream that was made anew silences nobody.
 */
@Injectable()
export class Revocations implements OnApplicationBootstrap {
  private readonly revoked = new Revoked();
  private readonly listeners = new Set<(key: string) => void>();
  private behind = new AbortController();

  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    private readonly log: Log,
  ) {}

  isRevoked(principal: Principal): boolean {
    return this.revoked.has(principal);
  }

  /** Tells of each revocation as it comes: open streams end on it. */
  onRevoked(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The next news of this key; also when they came while nobody waited yet. */
  news(key: string): { within(ms: number): Promise<void>; forget(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const forget = this.onRevoked((one) => {
      if (one === key) resolve();
    });
    const within = (ms: number) => {
      const tooLong = new AbortController();
      const time = setTimeout(ms, undefined, { signal: tooLong.signal }).catch(() => undefined);
      return Promise.race([promise, time]).finally(() => tooLong.abort());
    };
    return { within, forget };
  }

  /** Ready only when what was revoked lately is known. */
  async onApplicationBootstrap(): Promise<void> {
    const watch = watchOf(this.nc);
    watch.onReconnect(() => this.behind.abort());
    this.nc.subscribe(accessRevoked.subject, {
      callback: (error, message) => {
        if (error) watch.refuse('revocations', error);
        else this.take(message.string());
      },
    });
    await this.nc.flush();
    await this.lookUpUntilDone(AbortSignal.timeout(START_MS));
  }

  @Loop({ name: 'follow-revocations', everyMs: 0 })
  async follow({ signal }: Turn): Promise<void> {
    await setTimeout(LOOK_AGAIN_MS, undefined, { signal: AbortSignal.any([signal, this.behind.signal]) }).catch(
      () => undefined,
    );
    if (signal.aborted) return;
    this.behind = new AbortController();
    await this.lookUpUntilDone(signal);
  }

  @Loop({ name: 'forget-revocations', everyMs: 60_000 })
  async forget(): Promise<undefined> {
    this.revoked.forget(Date.now() - REPLAY_SECONDS * 1_000);
  }

  /** Right after nats-server is back its streams may not answer yet. Until they do this gateway is not ready. */
  private async lookUpUntilDone(signal: AbortSignal): Promise<void> {
    const watch = watchOf(this.nc);
    for (let failures = 0; ; failures += 1) {
      try {
        await this.lookUp(Date.now() - REPLAY_SECONDS * 1_000);
        watch.report('revocations', undefined);
        return;
      } catch (error) {
        if (failures === 0) this.log.warn({ error }, 'The latest revocations could not be looked up; trying again');
        watch.report('revocations', 'the latest revocations are not known');
        await setTimeout(RETRY_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw error;
      }
    }
  }

  private async lookUp(from: number): Promise<void> {
    const { streams } = await jetstreamManager(this.nc, { checkAPI: false });
    // nats-server 2.9 knows this form; the client's types do not.
    const next = (seq: number) =>
      streams.getMessage('EVENTS', { next_by_subj: accessRevoked.subject, seq } as MsgRequest);
    const { state } = await streams.info('EVENTS');
    let [low, high] = [state.first_seq, state.last_seq + 1];
    // The first revocation since then, by halves: messages lie in the order of their times.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = await next(middle);
      if (!found || found.time.getTime() >= from) high = middle;
      else low = found.seq + 1;
    }
    for (let found = await next(low); found; found = await next(found.seq + 1)) this.take(found.string());
  }

  private take(text: string): void {
    const parsed = accessRevoked.data.safeParse(dataOf(text));
    if (!parsed.success) {
      this.log.error({}, 'A revocation could not be read');
      return;
    }
    const key = this.revoked.note(parsed.data);
    if (key === undefined) return;
    for (const listener of this.listeners) listener(key);
  }
}

function dataOf(text: string): unknown {
  try {
    return Envelope.parse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
