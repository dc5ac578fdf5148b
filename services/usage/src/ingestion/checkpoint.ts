import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { USAGE_STREAM } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { NATS } from '@tidegate/runtime/host';
import { Rivals } from '@tidegate/runtime/rivals';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import {
  HELD_SECONDS,
  LONG_HELD_SECONDS,
  type Position,
  releasePosition,
  resetPosition,
  savePosition,
  takePosition,
} from './checkpoint.rows.ts';
import { standingOf } from './checkpoint.rules.ts';

/** Without news the right is only renewed, which is a write. */
const RENEW_MS = 3_000;
const RENEW_ALONE_MS = 30_000;

/** This replica's hold on the position in the stream of usage. */
@Injectable()
export class KeepPosition {
  private readonly holder = newId();
  private readonly rivals: Rivals;
  private saved = -1;
  private renewAt = 0;

  constructor(
    private readonly tenants: TenantDatabase,
    @Inject(NATS) private readonly nc: NatsConnection,
    private readonly log: Log,
    private readonly metrics: Metrics,
    wakes: Wakes,
  ) {
    this.rivals = new Rivals('ingest-position', wakes, () => {
      this.renewAt = 0;
    });
  }

  /** The last message that is counted. Undefined while another replica counts. */
  async take(): Promise<Position | undefined> {
    this.rivals.announce();
    const position = await this.tenants.as({}, (tx) => takePosition(tx, USAGE_STREAM, this.holder));
    if (!position) return undefined;
    this.saved = position.sequence;
    this.renewAt = Date.now() + RENEW_MS;
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
    const fields = { stream: USAGE_STREAM, position: position.sequence, last: state.last_seq };
    if (standing.kind === 'unmarked') {
      this.log.info(fields, 'The position is from an earlier version: the stream is read once again, and counts once');
    } else {
      this.log.error(
        fields,
        'The stream of usage is another one than before, or older: all of it is read again; what was counted counts once',
      );
    }
    const sequence = Math.max(0, state.first_seq - 1);
    await this.tenants.as({}, (tx) => resetPosition(tx, USAGE_STREAM, this.holder, sequence));
    return { sequence, at: undefined };
  }

  /** False when another replica holds it. */
  async save(position: Position): Promise<boolean> {
    if (position.sequence === this.saved && Date.now() < this.renewAt) return true;
    const { alone } = this.rivals;
    // Before the waiting: who comes meanwhile wants it renewed again.
    this.renewAt = Date.now() + (alone ? RENEW_ALONE_MS : RENEW_MS);
    const seconds = alone ? LONG_HELD_SECONDS : HELD_SECONDS;
    try {
      const mine = await this.tenants.as({}, (tx) => savePosition(tx, USAGE_STREAM, this.holder, position, seconds));
      this.saved = position.sequence;
      return mine;
    } catch (error) {
      this.renewAt = 0;
      throw error;
    }
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
