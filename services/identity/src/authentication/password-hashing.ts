import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import { WaitingLine, type Whose } from './waiting-line.ts';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MAX_RUNNING = 2;
const MAX_WAITING = 50;
/** While both wait, each so-manieth goes to those whose source is not known. */
const OTHERS_EACH = 4;

export interface Asker {
  subjects: Whose;
  /** From a network or device of the account's owner, or by somebody who has shown that they are the owner. */
  known: boolean;
}

interface Turn {
  go: () => void;
  refuse: (error: Error) => void;
}

/**
 * Argon2id, two at a time: it shares libuv's four threads with DNS and signatures, which a flood of log-ins must not
 * stall. When too many wait, one is refused for two seconds: of whoever has most waiting. Log-ins from where the account's owner has logged in
 * before have a line of their own, which goes first, so that a flood does not lock them out; a share stays for the others,
 * because whoever has an account is known somewhere. In each line networks and accounts take turns.
 */
@Injectable()
export class PasswordHashing {
  private running = 0;
  private turn = 0;
  private readonly known = new WaitingLine<Turn>(MAX_WAITING);
  private readonly others = new WaitingLine<Turn>(MAX_WAITING);
  /** The hash of a password that nobody has: unknown accounts take the same time as known ones. */
  private readonly dummy = hash(crypto.randomUUID(), PARAMETERS);

  hash(password: string, asker: Asker): Promise<string> {
    return this.inTurn(asker, () => hash(password, PARAMETERS));
  }

  /** False for a wrong password, and for an account that does not exist. */
  async verify(stored: string | undefined, password: string, asker: Asker): Promise<boolean> {
    const against = stored ?? (await this.dummy);
    const matches = await this.inTurn(asker, () => verify(against, password));
    return matches && stored !== undefined;
  }

  private async inTurn<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    if (this.running < MAX_RUNNING) this.running += 1;
    else await this.wait(asker);
    try {
      return await work();
    } finally {
      // The slot is passed on, not freed, so that no newcomer takes it.
      const next = this.next();
      if (next) next.go();
      else this.running -= 1;
    }
  }

  private wait({ known, subjects }: Asker): Promise<void> {
    return new Promise((go, refuse) => {
      (known ? this.known : this.others).add(subjects, { go, refuse })?.refuse(tooMany());
    });
  }

  private next(): Turn | undefined {
    this.turn = (this.turn + 1) % OTHERS_EACH;
    const [first, second] = this.turn === 0 ? [this.others, this.known] : [this.known, this.others];
    return first.take() ?? second.take();
  }
}

const tooMany = () => rateLimited({ retryAfterSeconds: 2 }, 'Too many log-ins at once.');
