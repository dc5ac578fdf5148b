/** Instants are whole seconds, as Stripe's are. It stands still until a test moves it, or runs along with the machine's. */
export class Clock {
  private readonly startedAt = Date.now();

  constructor(
    private base: number,
    private readonly running: boolean,
  ) {}

  now(): number {
    return this.running ? this.base + Math.floor((Date.now() - this.startedAt) / 1000) : this.base;
  }

  /** Forwards only. */
  moveTo(instant: number): void {
    this.base += Math.max(0, instant - this.now());
  }
}

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;
