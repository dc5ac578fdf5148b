import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { rateLimited } from '@tidegate/contracts/kernel/problem';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MAX_RUNNING = 2;
const MAX_WAITING = 50;

type Queue = (() => void)[];

/**
 * Argon2id, two at a time: it shares libuv's four threads with DNS and signatures, which a flood of log-ins must not
 * stall. When too many wait, the next is refused for two seconds. Log-ins from where the account's owner has logged in
 * before have a queue of their own, which goes first, so that a flood does not lock them out.
 */
@Injectable()
export class PasswordHashing {
  private running = 0;
  private readonly known: Queue = [];
  private readonly others: Queue = [];
  /** The hash of a password that nobody has: unknown accounts take the same time as known ones. */
  private readonly dummy = hash(crypto.randomUUID(), PARAMETERS);

  /** `known`: from a network or device of the account's owner. */
  hash(password: string, { known } = { known: false }): Promise<string> {
    return this.inTurn(known ? this.known : this.others, () => hash(password, PARAMETERS));
  }

  /** False for a wrong password, and for an account that does not exist. */
  async verify(stored: string | undefined, password: string, { known } = { known: false }): Promise<boolean> {
    const against = stored ?? (await this.dummy);
    const matches = await this.inTurn(known ? this.known : this.others, () => verify(against, password));
    return matches && stored !== undefined;
  }

  private async inTurn<T>(queue: Queue, work: () => Promise<T>): Promise<T> {
    if (this.running < MAX_RUNNING) this.running += 1;
    else if (queue.length >= MAX_WAITING) throw rateLimited({ retryAfterSeconds: 2 }, 'Too many log-ins at once.');
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      // The slot is passed on, not freed, so that no newcomer takes it.
      const next = this.known.shift() ?? this.others.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
