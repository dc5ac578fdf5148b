import type { ReadSecret } from './read-secret.ts';

const REFUSED = '28P01';
const PAUSE_MS = 50;
/** How long refusals are answered with another attempt: while a password is being changed, and while that may just begin. */
const CHANGING_MS = 5_000;
const PERHAPS_MS = 300;

/**
 * The password of new connections. While it is changed the server may have either: one that it refuses is followed by the
 * other.
 */
export class Passwords {
  private readonly read: ReadSecret | undefined;
  private readonly only: readonly string[];
  private turn = 0;
  private turnedAt = 0;
  private refusedSince = 0;

  constructor(password: string | ReadSecret) {
    const fixed = typeof password === 'string';
    this.only = fixed ? [password] : [];
    this.read = fixed ? undefined : password;
  }

  /** For the driver, which asks for each connection. */
  readonly next = (): string => {
    const known = this.read?.() ?? this.only;
    return known[this.turn % Math.max(known.length, 1)] ?? '';
  };

  accepted(): void {
    this.refusedSince = 0;
  }

  /** In how many milliseconds to try again; undefined when that will not help. */
  refused(error: unknown, now = performance.now()): number | undefined {
    if (!this.read || (error as { code?: string }).code !== REFUSED) return undefined;
    const known = this.read(true);
    // Several connections that are refused together had the same password.
    if (now - this.turnedAt >= PAUSE_MS / 2) {
      this.turn += 1;
      this.turnedAt = now;
    }
    this.refusedSince ||= now;
    const patience = known.length > 1 ? CHANGING_MS : PERHAPS_MS;
    return now - this.refusedSince < patience ? PAUSE_MS : undefined;
  }
}
