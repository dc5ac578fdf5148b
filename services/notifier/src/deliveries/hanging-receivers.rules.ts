import { backOff } from '@tidegate/contracts/kernel/back-off';

/** After so many failures in a row a receiver counts as hanging. */
const PATIENCE = 3;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;
/** The channel that failed longest ago is evicted first. */
const MOST = 1_000;

interface Trouble {
  failures: number;
  until: number;
}

/**
 * Channels whose receivers do not answer. Each attempt at one takes a slot for as long as the timeout, so after some
 * failures in a row there is a pause, then one attempt, and a longer pause when that fails too. `now` is of a clock
 * that never goes back.
 */
export class HangingReceivers {
  private readonly troubles = new Map<string, Trouble>();

  note(channelId: string, reached: boolean, now: number): void {
    const failures = (this.troubles.get(channelId)?.failures ?? 0) + 1;
    this.troubles.delete(channelId);
    if (reached) return;
    const pause = failures < PATIENCE ? 0 : backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, failures - PATIENCE);
    this.troubles.set(channelId, { failures, until: now + pause });
    const [oldest] = this.troubles.keys();
    if (this.troubles.size > MOST && oldest) this.troubles.delete(oldest);
  }

  /** `blocked`: not now; `careful`: one at a time; `nextMs`: until the first pause ends. */
  state(
    now: number,
    inHand: ReadonlySet<string>,
  ): { blocked: string[]; careful: string[]; nextMs: number | undefined } {
    const hanging = [...this.troubles].filter(([, { failures }]) => failures >= PATIENCE);
    const pausing = hanging.filter(([, { until }]) => until > now);
    const ends = pausing.map(([, { until }]) => until - now);
    return {
      blocked: hanging.filter(([id, { until }]) => until > now || inHand.has(id)).map(([id]) => id),
      careful: hanging.map(([id]) => id),
      nextMs: ends.length > 0 ? Math.min(...ends) : undefined,
    };
  }
}
