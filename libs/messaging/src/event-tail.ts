import { jetstreamManager, type MsgRequest } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Envelope, EVENTS_STREAM, type Event } from '@tidegate/contracts/kernel/event';
import { watchOf } from './nats-watch.ts';

/**
 * All recent events of one type, for processes that need them and store nothing: as they are published, and from the
 * stream by time. Unlike a consumer it depends on no sequence number, so that a recreated stream hides none; users of
 * it must tolerate duplicates.
 */
export class EventTail {
  private readonly nc: NatsConnection;

  constructor(nc: NatsConnection) {
    this.nc = nc;
  }

  onReconnect(listener: () => void): void {
    watchOf(this.nc).onReconnect(listener);
  }

  /** Why `part` does not work, which makes the service not ready; undefined: it works. */
  report(part: string, reason: string | undefined): void {
    watchOf(this.nc).report(part, reason);
  }

  /** Calls back with each event's data as it is published; undefined for a malformed one. */
  async follow(event: Event, part: string, callback: (data: unknown) => void): Promise<void> {
    this.nc.subscribe(event.subject, {
      callback: (error, message) => {
        if (error) watchOf(this.nc).refuse(part, error);
        else callback(dataOf(message.string()));
      },
    });
    await this.nc.flush();
  }

  /** Those that were published since, in epoch milliseconds. */
  async readSince({ subject }: Event, from: number, callback: (data: unknown) => void): Promise<void> {
    const { streams } = await jetstreamManager(this.nc, { checkAPI: false });
    // nats-server 2.9 accepts this form; the client's types do not have it.
    const next = (seq: number) => streams.getMessage(EVENTS_STREAM, { next_by_subj: subject, seq } as MsgRequest);
    const { state } = await streams.info(EVENTS_STREAM);
    let [low, high] = [state.first_seq, state.last_seq + 1];
    // The first one since then, by binary search: messages are in the order of their times.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = await next(middle);
      if (!found || found.time.getTime() >= from) high = middle;
      else low = found.seq + 1;
    }
    for (let found = await next(low); found; found = await next(found.seq + 1)) callback(dataOf(found.string()));
  }
}

function dataOf(text: string): unknown {
  try {
    return Envelope.parse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
