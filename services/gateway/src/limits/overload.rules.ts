/** A service that has refused nobody of these for so long is overloaded no more: nothing is refused here from then on. */
const FRESH_MS = 1_000;
/** So many times what a service takes is sent to it, so that it is known when it takes more. */
const TIMES = 2;
/** So many in a second are always sent: it says nothing that a few of them were refused. */
const LEAST = 20;
const MOST_KNOWN = 10_000;
const SECOND_MS = 1_000;

/** In this second and in the one before. */
interface Counted {
  second: number;
  sent: [now: number, before: number];
  taken: [now: number, before: number];
  refusedAt: number;
}

/**
 * Which requests an overloaded service need not refuse itself, which costs it as much as many an answer: of those whom it refuses
 * right now, what exceeds twice the number that it takes (adaptive throttling, as in Google's SRE book, "Handling Overload").
 *
 * Counted by whose share of the work it is, as the service does (`load-shedder.rules.ts`): whom it does not refuse is not known
 * here, so who is refused is decided by its shares alone. Times are milliseconds of a clock that nobody sets.
 */
export class Overload {
  private readonly known = new Map<string, Counted>();

  /** Of a request that was not sent yet. `chance`: evenly from 0 to 1. */
  refuses(whose: string, now: number, chance: number): boolean {
    const one = this.known.get(whose);
    if (!one) return false;
    if (now - one.refusedAt >= FRESH_MS) {
      this.known.delete(whose);
      return false;
    }
    turn(one, now);
    one.sent[0] += 1;
    const [sent, taken] = [sum(one.sent), sum(one.taken)];
    return chance < (sent - LEAST - TIMES * taken) / sent;
  }

  took(whose: string, now: number): void {
    const one = this.known.get(whose);
    if (!one) return;
    turn(one, now);
    one.taken[0] += 1;
  }

  /** By the service. */
  refused(whose: string, now: number): void {
    const one = this.known.get(whose);
    if (one) {
      one.refusedAt = now;
      return;
    }
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size >= MOST_KNOWN) this.known.delete(oldest);
    this.known.set(whose, { second: Math.floor(now / SECOND_MS), sent: [1, 0], taken: [0, 0], refusedAt: now });
  }
}

const sum = ([now, before]: [number, number]): number => now + before;

function turn(one: Counted, now: number): void {
  const passed = Math.floor(now / SECOND_MS) - one.second;
  if (passed <= 0) return;
  one.second += passed;
  one.sent = [0, passed === 1 ? one.sent[0] : 0];
  one.taken = [0, passed === 1 ? one.taken[0] : 0];
}
