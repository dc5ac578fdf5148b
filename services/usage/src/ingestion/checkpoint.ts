import { Injectable } from '@nestjs/common';
import { USAGE_STREAM } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Rivals } from '@tidegate/runtime/rivals';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { UsageStream } from '../kernel/usage-stream.ts';
import {
  acquireCheckpoint,
  LEASE_SECONDS,
  LONG_LEASE_SECONDS,
  releaseCheckpoint,
  resetCheckpoint,
  saveCheckpoint,
} from './checkpoint.rows.ts';
import type { Checkpoint } from './checkpoint.rules.ts';
import { compareWithStream } from './checkpoint.rules.ts';

/** While the checkpoint does not move, only the lease is renewed, which is a write. */
const RENEW_MS = 3_000;
const RENEW_ALONE_MS = 30_000;

/** The checkpoint in the stream of usage, on which one replica at a time has a lease. */
@Injectable()
export class IngestCheckpoint {
  private readonly holder = newId();
  private readonly rivals: Rivals;
  private saved = -1;
  private renewAt = 0;
  private readonly lost;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly stream: UsageStream,
    private readonly log: Log,
    metrics: Metrics,
    wakes: Wakes,
  ) {
    this.lost = metrics.counter(
      'tidegate_usage_checkpoint_lost_messages_total',
      'Messages skipped, or read again, because the stream changed',
      ['kind'],
    );
    this.rivals = new Rivals('ingest-checkpoint', wakes, () => {
      this.renewAt = 0;
    });
  }

  /** The last message that is counted; undefined while another replica counts. */
  async acquire(): Promise<Checkpoint | undefined> {
    this.rivals.announce();
    const checkpoint = await this.tenants.as({}, (tx) => acquireCheckpoint(tx, USAGE_STREAM, this.holder));
    if (!checkpoint) return undefined;
    this.saved = checkpoint.sequence;
    this.renewAt = performance.now() + RENEW_MS;
    const { first, last, messages } = await this.stream.state();
    const there = checkpoint.sequence > 0 ? await this.stream.storedAt(checkpoint.sequence) : undefined;
    const comparison = compareWithStream(checkpoint, { first, last, there });
    if (comparison.kind === 'same') return checkpoint;
    if (comparison.kind === 'skipped') {
      this.report('skipped', comparison.messages);
      this.log.error(
        {
          stream: USAGE_STREAM,
          messages: comparison.messages,
          checkpoint: checkpoint.sequence,
          first,
        },
        'The stream dropped usage before it was counted',
      );
      return { sequence: comparison.sequence, at: undefined };
    }
    this.report('read_again', messages);
    const fields = { stream: USAGE_STREAM, checkpoint: checkpoint.sequence, last };
    if (comparison.kind === 'unmarked') {
      this.log.info(
        fields,
        'The checkpoint comes from an earlier version: the stream is read again, and each event still counts once',
      );
    } else {
      this.log.error(
        fields,
        'The stream of usage was replaced or restored: all of it is read again, and each event still counts once',
      );
    }
    const sequence = Math.max(0, first - 1);
    await this.tenants.as({}, (tx) => resetCheckpoint(tx, USAGE_STREAM, this.holder, sequence));
    return { sequence, at: undefined };
  }

  /** Returns false when another replica has the lease. */
  async save(checkpoint: Checkpoint): Promise<boolean> {
    if (checkpoint.sequence === this.saved && performance.now() < this.renewAt) return true;
    const { alone } = this.rivals;
    // Set before the await: a rival that appears meanwhile resets it, so that the lease is renewed again.
    this.renewAt = performance.now() + (alone ? RENEW_ALONE_MS : RENEW_MS);
    const seconds = alone ? LONG_LEASE_SECONDS : LEASE_SECONDS;
    try {
      const mine = await this.tenants.as({}, (tx) =>
        saveCheckpoint(tx, USAGE_STREAM, this.holder, checkpoint, seconds),
      );
      this.saved = checkpoint.sequence;
      return mine;
    } catch (error) {
      this.renewAt = 0;
      throw error;
    }
  }

  /** Saves the checkpoint a last time and gives the lease up. What can no longer be saved is read again. */
  async release(checkpoint: Checkpoint): Promise<void> {
    try {
      await this.tenants.as({}, async (tx) => {
        if (await saveCheckpoint(tx, USAGE_STREAM, this.holder, checkpoint)) {
          await releaseCheckpoint(tx, USAGE_STREAM, this.holder);
        }
      });
    } catch (error) {
      this.log.warn({ error }, 'The lease on the usage checkpoint was not released and will expire');
    }
  }

  private report(kind: 'skipped' | 'read_again', messages: number): void {
    this.lost.inc({ kind }, messages);
  }
}
