const STEP_MS = 250;

/**
 * Does it after this much time, of which a stretch in which the event loop was busy counts as one step: a process that
 * did not look could not have seen the answer. Answers how to call it off.
 */
export function afterAwake(ms: number, then: () => void): () => void {
  let left = ms;
  const step = (): NodeJS.Timeout => {
    const wait = Math.min(STEP_MS, left);
    return setTimeout(() => {
      left -= wait;
      // What arrived meanwhile is read before the last word is spoken.
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
 * The same for many that wait equally long: one timer for all of them, and none while nobody waits. Whoever is busy all
 * the time waits for every connection, so a wait must cost next to nothing.
 */
export class AwakeDeadlines {
  private readonly waiting = new Set<{ steps: number; then: () => void }>();
  private readonly steps: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    // The step that is under way when somebody comes does not count.
    this.steps = Math.ceil(ms / STEP_MS) + 1;
  }

  /** Answers how to call it off; false when it is too late for that. */
  add(then: () => void): () => boolean {
    const one = { steps: this.steps, then };
    this.waiting.add(one);
    this.timer ??= setInterval(() => this.step(), STEP_MS);
    return () => this.waiting.delete(one);
  }

  private step(): void {
    if (this.waiting.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    for (const one of this.waiting) {
      one.steps -= 1;
      if (one.steps === 0) setImmediate(() => this.waiting.delete(one) && one.then());
    }
  }
}
