import type { UsageEvent } from '@tidegate/contracts/usage/event';
import type { StreamMessage, StreamMessages } from '../kernel/usage-stream.ts';
import { laneOf } from './lanes.rules.ts';
import { ownerOf } from './plain-event.rules.ts';
import type { RejectedEvent } from './rejected-event.rows.ts';
import { readMessage } from './usage-messages.ts';

export interface Batch {
  events: UsageEvent[];
  rejected: RejectedEvent[];
  /** To be called once it is committed. */
  committed: () => void;
}

interface Lane {
  batch: Batch | undefined;
  writing: Promise<void> | undefined;
}

/**
 * Collects messages into batches, lane by lane, and passes them to `write`: a full batch, or a partial one when no more
 * messages wait, one of each lane at a time. An organisation has its lane, so that no two batches that are written at once
 * have a row, or an event that was sent twice, in common: one would wait for the other's commit. While a batch is full and
 * its lane is busy, nothing is taken from the consumer. Ends when the consumer has ended and everything is written.
 */
export class Batches {
  private readonly lanes: Lane[];
  private checking = false;

  constructor(
    private readonly options: {
      /** In a full batch. */
      events: number;
      lanes: number;
      /** Called with each message; for the first one of a batch before it is read. */
      progress: { begin(): () => void; note(message: StreamMessage): void };
    },
    private readonly write: (batch: Batch) => Promise<void>,
  ) {
    this.lanes = Array.from({ length: options.lanes }, () => ({ batch: undefined, writing: undefined }));
  }

  async run(messages: StreamMessages): Promise<void> {
    try {
      for await (const message of messages) {
        const lane = this.add(message);
        if ((lane.batch?.events.length ?? 0) < this.options.events) this.checkSoon();
        else {
          await lane.writing;
          this.flush(lane);
        }
      }
    } finally {
      await Promise.all(
        this.lanes.map(async (lane) => {
          await lane.writing;
          this.flush(lane);
          await lane.writing;
        }),
      );
    }
  }

  private add(message: StreamMessage): Lane {
    const owner = ownerOf(message.subject);
    const lane = this.lanes[laneOf(owner.org, this.lanes.length)] as Lane;
    lane.batch ??= { events: [], rejected: [], committed: this.options.progress.begin() };
    readMessage(owner, message.string(), lane.batch);
    this.options.progress.note(message);
    return lane;
  }

  /** Messages that have arrived already are added before this callback runs. */
  private checkSoon(): void {
    if (this.checking) return;
    this.checking = true;
    setImmediate(() => {
      this.checking = false;
      for (const lane of this.lanes) this.flush(lane);
    });
  }

  private flush(lane: Lane): void {
    if (!lane.batch || lane.writing) return;
    lane.writing = this.write(lane.batch).finally(() => {
      lane.writing = undefined;
      if (lane.batch) this.checkSoon();
    });
    lane.batch = undefined;
  }
}
