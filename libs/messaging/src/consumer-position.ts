import type { JsMsg } from '@nats-io/jetstream';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import { findPosition, type Position, savePosition } from './consumer-position.rows.ts';

/** While events come, the position is stored this often. */
const SAVE_MS = 10_000;

/**
 * How far a consumer has settled everything, kept where its effects are: a nats-server that lost it (2.9 empties the file on a
 * full disk) sends the whole stream again, and each event of that would have to be looked up.
 */
export class ConsumerPosition {
  private settled: Position = { sequence: 0, sentAt: 0 };
  /** Of the latest message that came here. */
  private latest = 0;
  private savedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly consumer: string,
    private readonly tenants: TenantDatabase,
  ) {}

  async read(): Promise<void> {
    const found = await this.tenants.as({}, (tx) => findPosition(tx, this.consumer));
    if (found && found.sentAt > this.settled.sentAt) this.settled = found;
  }

  /** Whether it was settled long ago, and comes again. In a stream made anew the same numbers are sent later. */
  isSettled({ seq, time }: Pick<JsMsg, 'seq' | 'time'>): boolean {
    const sentAt = time.getTime();
    this.latest = Math.max(this.latest, sentAt);
    return seq <= this.settled.sequence && sentAt <= this.settled.sentAt;
  }

  get isDue(): boolean {
    return performance.now() >= this.savedAt + SAVE_MS;
  }

  /** @param sequence up to which nats-server says that all is settled */
  async save(sequence: number): Promise<void> {
    const position = { sequence, sentAt: this.latest };
    this.savedAt = performance.now();
    if (sequence === 0 || position.sentAt === 0) return;
    await this.tenants.as({}, (tx) => savePosition(tx, this.consumer, position));
    if (position.sentAt >= this.settled.sentAt) this.settled = position;
  }
}
