import type { UsageEvent } from '@tidegate/contracts/usage/event';
import type { StreamMessage, StreamMessages } from '../kernel/usage-stream.ts';
import type { Checkpoint } from './checkpoint.rules.ts';
import type { RejectedEvent } from './rejected-event.rows.ts';
import { readMessage } from './usage-messages.ts';

export interface Batch {
  /** Its last message. */
  last: Checkpoint;
  events: UsageEvent[];
  rejected: RejectedEvent[];
}

/**
 * Collects messages into batches and passes them to `write`, several at once: a full batch, or a partial one when no more
 * messages wait and a writer is free. While a batch is full and all writers are busy, nothing is taken from the consumer.
 * Ends when the consumer has ended and everything is written.
 */
export class Batches {
  private readonly writing = new Set<Promise<void>>();
  private batch: Omit<Batch, 'last'> = { events: [], rejected: [] };
  private last: StreamMessage | undefined;
  private checking = false;

  constructor(
    private readonly options: { events: number; writers: number },
    private readonly write: (batch: Batch) => Promise<void>,
  ) {}

  async run(messages: StreamMessages): Promise<void> {
    try {
      for await (const message of messages) {
        this.add(message);
        if (this.batch.events.length < this.options.events) this.checkSoon();
        else {
          while (this.writing.size >= this.options.writers) await Promise.race(this.writing);
          this.flush();
        }
      }
      this.flush();
    } finally {
      await Promise.all(this.writing);
    }
  }

  private add(message: StreamMessage): void {
    readMessage(message.subject, message.string(), this.batch);
    this.last = message;
  }

  /** Messages that have arrived already are added before this callback runs. */
  private checkSoon(): void {
    if (this.checking) return;
    this.checking = true;
    setImmediate(() => {
      this.checking = false;
      if (this.writing.size < this.options.writers) this.flush();
    });
  }

  private flush(): void {
    if (!this.last) return;
    const last = { sequence: this.last.seq, at: this.last.time.getTime() };
    const work: Promise<void> = this.write({ ...this.batch, last }).finally(() => {
      this.writing.delete(work);
      if (this.last) this.checkSoon();
    });
    this.writing.add(work);
    this.batch = { events: [], rejected: [] };
    this.last = undefined;
  }
}
