import { isOutage } from './errors.ts';

const AGAIN_MS = 1_000;

/** Whether a service answers. While it does not nobody waits for it, and one at a time asks whether it is back. */
export class Away {
  /** Nobody waits. */
  now = false;
  private again = 0;

  /** Answers whether this is new. */
  begin(): boolean {
    const isNew = !this.now;
    this.now = true;
    this.again = performance.now() + AGAIN_MS;
    return isNew;
  }

  end(): void {
    this.now = false;
    this.again = 0;
  }

  /** Whether it is time to ask again. */
  isDue(): boolean {
    return this.again <= performance.now();
  }
}

/** What a service answers, or that it is away. `error`: why, for the first who is told so. */
export type Reached<T> = { answer: T } | { away: true; error?: unknown };

/**
 * Asks a service without which the work goes on. The first who is not answered waits for its deadline, and those who
 * wait beside it are released with it; then nobody waits, while the last question is repeated in the background until
 * there is an answer.
 */
export class Reach {
  private readonly away = new Away();
  private lost = Promise.withResolvers<void>();
  private repeat: (() => Promise<void>) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  /** `late` is given an answer for which nobody waited. What the service refuses is thrown, as by a plain call. */
  async ask<T>(call: () => Promise<T>, late: (answer: T) => void = () => {}): Promise<Reached<T>> {
    if (this.away.now) {
      this.repeat = () => call().then(late);
      return { away: true };
    }
    const asked = call().then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    const seen = await Promise.race([asked, this.lost.promise]);
    if (!seen) {
      void asked.then((later) => 'answer' in later && late(later.answer));
      return { away: true };
    }
    if ('answer' in seen) return seen;
    if (!isOutage(seen.error)) throw seen.error;
    this.repeat = () => call().then(late);
    return this.leave() ? { away: true, error: seen.error } : { away: true };
  }

  /** No more questions in the background. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private leave(): boolean {
    const isNew = this.away.begin();
    if (!isNew) return false;
    this.lost.resolve();
    this.lost = Promise.withResolvers();
    this.askAgain();
    return true;
  }

  private askAgain(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      const asking = this.repeat?.() ?? Promise.resolve();
      void asking.then(
        () => this.away.end(),
        (error: unknown) => {
          // A refusal is an answer.
          if (!isOutage(error)) this.away.end();
          else this.askAgain();
        },
      );
    }, AGAIN_MS);
    this.timer.unref();
  }
}
