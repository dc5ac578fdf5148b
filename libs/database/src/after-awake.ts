import { Fleeting } from './fleeting.ts';

const STEP_MS = 250;

/**
 * Runs it after this much time, in which a stretch with a busy event loop counts as one step: a process that did not
 * read could not have seen the answer. Returns how to cancel it.
 */
export function afterAwake(ms: number, then: () => void): () => void {
  let left = ms;
  const step = (): NodeJS.Timeout => {
    const wait = Math.min(STEP_MS, left);
    return setTimeout(() => {
      left -= wait;
      // What has arrived in the meantime is read before it runs.
      if (left > 0) timer = step();
      else immediate = setImmediate(then);
    }, wait);
  };
  let immediate: NodeJS.Immediate | undefined;
  let timer = step();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

/**
 * The same for many waits of equal length: one timer for all of them, and none while nobody waits. A busy process waits
 * for every connection, so a wait must cost next to nothing.
 */
export class AwakeDeadlines {
  private readonly waiting = new Fleeting<number, { steps: number; then: () => void }>();
  private sequence = 0;
  private readonly steps: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    // The step during which a wait starts does not count.
    this.steps = Math.ceil(ms / STEP_MS) + 1;
  }

  /** Returns how to cancel it; that returns false when it is too late. */
  add(then: () => void): () => boolean {
    this.sequence += 1;
    const id = this.sequence;
    this.waiting.set(id, { steps: this.steps, then });
    this.timer ??= setInterval(() => this.step(), STEP_MS);
    return () => this.waiting.take(id) !== undefined;
  }

  private step(): void {
    if (this.waiting.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    for (const [id, one] of this.waiting.entries()) {
      one.steps -= 1;
      if (one.steps === 0) setImmediate(() => this.waiting.take(id)?.then());
    }
  }
}
