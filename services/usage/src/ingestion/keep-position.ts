import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { USAGE_STREAM } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import { Tenants } from '@tidegate/database/tenants';
import { NATS } from '@tidegate/runtime/host';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { type Position, releasePosition, resetPosition, savePosition, takePosition } from './ingest-position.rows.ts';
import { standingOf } from './position.rules.ts';

/** Without news the right is only renewed, which is a write. */
const RENEW_MS = 3_000;

/** This replica's hold on the position in the stream of usage. */
@Injectable()
export class KeepPosition {
  private readonly holder = newId();
  private saved = { sequence: -1, time: 0 };

  constructor(
    private readonly tenants: Tenants,
    @Inject(NATS) private readonly nc: NatsConnection,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {}

  /** The last message that is counted. Undefined while another replica counts. */
  async take(): Promise<Position | undefined> {
    const position = await this.tenants.as({}, (tx) => takePosition(tx, USAGE_STREAM, this.holder));
    if (!position) return undefined;
    this.saved = { sequence: position.sequence, time: Date.now() };
    const { streams } = await jetstreamManager(this.nc, { checkAPI: false });
    const { state } = await streams.info(USAGE_STREAM);
    const there = position.sequence > 0 ? await streams.getMessage(USAGE_STREAM, { seq: position.sequence }) : null;
    const now = { first: state.first_seq, last: state.last_seq, there: there?.time.getTime() };
    const standing = standingOf(position, now);
    if (standing.kind === 'same') return position;
    if (standing.kind === 'skipped') {
      this.tell('skipped', standing.messages);
      this.log.error(
        { stream: USAGE_STREAM, messages: standing.messages, position: position.sequence, first: state.first_seq },
        'The stream threw usage away before it was counted',
      );
      return { sequence: standing.sequence, at: undefined };
    }
    this.tell('read_again', state.messages);
    this.log.error(
      { stream: USAGE_STREAM, position: position.sequence, last: state.last_seq },
      'The stream of usage is another one than before, or older: all of it is read again; what was counted counts once',
    );
    const sequence = Math.max(0, state.first_seq - 1);
    await this.tenants.as({}, (tx) => resetPosition(tx, USAGE_STREAM, this.holder, sequence));
    return { sequence, at: undefined };
  }

  /** False when another replica holds it. */
  async save(position: Position): Promise<boolean> {
    const { saved } = this;
    if (position.sequence === saved.sequence && Date.now() < saved.time + RENEW_MS) return true;
    const time = Date.now();
    const mine = await this.tenants.as({}, (tx) => savePosition(tx, USAGE_STREAM, this.holder, position));
    this.saved = { sequence: position.sequence, time };
    return mine;
  }

  /** At the end, saved and given away. What cannot be saved any more is read again. */
  async release(position: Position): Promise<void> {
    try {
      await this.tenants.as({}, async (tx) => {
        if (await savePosition(tx, USAGE_STREAM, this.holder, position)) {
          await releasePosition(tx, USAGE_STREAM, this.holder);
        }
      });
    } catch (error) {
      this.log.warn({ error }, 'The position in the stream of usage was not released and will expire');
    }
  }

  private tell(kind: 'skipped' | 'read_again', messages: number): void {
    this.metrics
      .counter(
        'tidegate_usage_position_lost_messages_total',
        'Messages skipped, or read again, as the stream changed',
        ['kind'],
      )
      .inc({ kind }, messages);
  }
}
