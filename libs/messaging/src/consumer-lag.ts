/** An event that was sent back and has not returned for so long was handled by another process. */
const ELSEWHERE_MS = 30_000;

/**
 * How far behind a consumer is: the age of the oldest event that this process received and has not settled, waiting
 * ones included; while nothing can be fetched, for how long.
 */
export class ConsumerLag {
  /** By position in the stream, in the order of first arrival. */
  private readonly open = new Map<number, { at: number; sentBack: number | undefined }>();
  private failingSince: number | undefined;

  came(position: number, at: number): void {
    this.open.set(position, { at, sentBack: undefined });
  }

  sentBack(position: number, now = Date.now()): void {
    const one = this.open.get(position);
    if (one) one.sentBack = now;
  }

  settled(position: number): void {
    this.open.delete(position);
  }

  fetching(works: boolean, now = Date.now()): void {
    this.failingSince = works ? undefined : (this.failingSince ?? now);
  }

  seconds(now = Date.now()): number {
    let oldest = this.failingSince ?? now;
    for (const [position, { at, sentBack }] of this.open) {
      if (sentBack !== undefined && sentBack < now - ELSEWHERE_MS) this.open.delete(position);
      else oldest = Math.min(oldest, at);
    }
    // The server's clock may be ahead.
    return Math.max(0, now - oldest) / 1_000;
  }
}
