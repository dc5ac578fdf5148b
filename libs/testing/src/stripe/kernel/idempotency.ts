import type { Clock } from './clock.ts';
import { DAY } from './clock.ts';
import { Refusal } from './refusal.ts';

export interface StoredAnswer {
  status: number;
  body: string;
  requestId: string;
}
interface Entry {
  sameAs: string;
  at: number;
  keepFor: number;
  answer?: StoredAnswer;
}

/** Keys of one account. A v1 key lives a day, a v2 key thirty. */
export class Idempotency {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock) {}

  /** The stored answer of an earlier request, or nothing: then the key is taken until `finish` or `forget`. */
  begin(key: string, sameAs: string, v2: boolean): StoredAnswer | undefined {
    const known = this.entries.get(key);
    if (!known || known.at + known.keepFor <= this.clock.now()) {
      this.entries.set(key, { sameAs, at: this.clock.now(), keepFor: v2 ? 30 * DAY : DAY });
      return undefined;
    }
    if (known.sameAs !== sameAs)
      throw new Refusal(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    if (!known.answer)
      throw new Refusal(409, {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this Idempotency Key: ${key}`,
      });
    return known.answer;
  }

  finish(key: string, answer: StoredAnswer): void {
    const entry = this.entries.get(key);
    if (entry) entry.answer = answer;
  }

  /** The request never began: it was refused before, or could not be read. */
  withdraw(key: string): void {
    this.entries.delete(key);
  }
}
