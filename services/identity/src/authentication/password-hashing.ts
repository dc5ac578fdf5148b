import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { rateLimited } from '@tidegate/contracts/kernel/problem';

/** OWASP's first choice of argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MAX_RUNNING = 2;
const MAX_WAITING = 50;

type Queue = (() => void)[];

/**
 * Argon2id, two at a time: it shares libuv's four threads with DNS and signatures, which a flood of logins must not
 * stall. When too many wait, the next one is refused for two seconds. Whoever comes from where the account's owner
 * logged in before waits in a queue of their own, which goes first: a flood of others does not keep them out.
 */
@Injectable()
export class PasswordHashing {
  private running = 0;
  private readonly known: Queue = [];
  private readonly others: Queue = [];
  /** Of a password that nobody has: unknown accounts cost the same time as known ones. */
  private readonly dummy = hash(crypto.randomUUID(), PARAMETERS);

  /** `known`: of somebody who has shown who they are. */
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
    else if (queue.length >= MAX_WAITING) throw rateLimited({ retryAfterSeconds: 2 }, 'Too many logins at once.');
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      // The place is passed on, not freed: nobody who comes between can take it.
      const next = this.known.shift() ?? this.others.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
