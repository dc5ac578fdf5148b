import { DAY, HOUR, MINUTE, SECOND, type Span } from './calendar.ts';
import { Scans } from './scans.ts';

/*
 * What one organisation has used: a list of events, with what was lent and held. Written from the documents, apart from
 * the service. A window's use is the sum over the list, read from the top each time.
 */
export type Meter = 'reports' | 'pages' | 'api_calls' | 'scans' | 'runs' | ValueMeter;
/** Of the largest value, of how many different ones there are, of the newest one. */
export const VALUE_METERS = ['peak', 'guests', 'newest'] as const;
export type ValueMeter = (typeof VALUE_METERS)[number];
const isOfValues = (meter: Meter): meter is ValueMeter => VALUE_METERS.some((one) => one === meter);
export type Reporter = 'customer' | 'operator' | 'service';

interface Reported {
  meter: Meter;
  quantity: number;
  at: number;
  voided: boolean;
}

interface Lent {
  granted: number;
  hold: boolean;
  taken: number;
  expires: number;
  window: Span;
  /** What was used of it in the end; null while nobody has said. */
  spent: number | null;
  /** Of that, what has been reported. */
  reported: number;
}

export type Admission =
  | 'accepted'
  | 'duplicate'
  | 'conflict'
  | 'too_old'
  | 'in_the_future'
  | 'malformed'
  | 'not_included';

export class UsageModel {
  readonly scans = new Scans();
  readonly events = new Map<string, Reported>();
  /** By the name that the history gave them. */
  readonly lent = new Map<string, Lent>();

  used(meter: Meter, { start, end }: Span): number {
    if (isOfValues(meter)) return this.value(meter, (at) => at >= start && at < end);
    let sum = 0;
    for (const one of this.events.values())
      if (one.meter === meter && one.at >= start && one.at < end) sum += one.quantity;
    return sum;
  }

  /** Of all meters that add up. */
  usedSince = (since: number): number =>
    [...this.events.values()].reduce(
      (sum, { meter, at, quantity }) => sum + (at >= since && !isOfValues(meter) ? quantity : 0),
      0,
    );

  /** What all windows came to, by the start of each. */
  valuesInAll(startOf: (at: number) => number): number {
    const starts = new Set([...this.events.values()].map(({ at }) => startOf(at)));
    return VALUE_METERS.flatMap((meter) =>
      [...starts].map((start) => this.value(meter, (at) => startOf(at) === start)),
    ).reduce((sum, one) => sum + one, 0);
  }

  private value(meter: ValueMeter, isIn: (at: number) => boolean): number {
    const said = [...this.events.values()].filter((one) => one.meter === meter && !one.voided && isIn(one.at));
    if (meter === 'guests') return new Set(said.map(({ quantity }) => quantity)).size;
    if (meter === 'peak') return Math.max(0, ...said.map(({ quantity }) => quantity));
    // Of one instant the one that came later.
    return said.reduce<Reported | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined)?.quantity ?? 0;
  }

  meterOf = (id: string): Meter | undefined =>
    (this.events.get(`operator ${id}`) ?? this.events.get(`customer ${id}`))?.meter;

  /** Lent in a window and not reported: a slice frees its units a minute after it expires, a hold at once. */
  reserved({ start, end }: Span, now: number): number {
    let sum = 0;
    for (const one of this.lent.values()) {
      if (one.window.start >= end || one.window.end <= start) continue;
      const open = one.spent !== null || one.expires > now - (one.hold ? 0 : MINUTE);
      if (open) sum += Math.max(0, (one.spent ?? one.granted) - one.reported);
    }
    return sum;
  }

  report(
    by: Reporter,
    event: { id: string; meter: Meter; quantity: number; at: number; lease?: string; included: boolean },
    now: number,
  ): Admission {
    if (!event.included) return 'not_included';
    const key = `${by} ${event.id}`;
    const known = this.events.get(key);
    const same = known && known.meter === event.meter && this.said.get(key) === event.quantity;
    const timely = event.at >= now - 35 * DAY && event.at <= now + 5 * MINUTE;
    const lease = event.lease === undefined ? undefined : this.lent.get(event.lease);
    if (event.lease !== undefined && !known && timely) {
      const left = lease ? (lease.spent ?? lease.granted) - lease.reported : 0;
      const fits = lease && !lease.hold && event.meter === 'reports';
      if (!fits || event.at < lease.window.start || event.at >= lease.window.end || event.quantity > left)
        return 'malformed';
    }
    if (event.at < now - 35 * DAY) return 'too_old';
    if (event.at > now + 5 * MINUTE) return 'in_the_future';
    if (known) return same ? 'duplicate' : 'conflict';
    this.events.set(key, { meter: event.meter, quantity: event.quantity, at: event.at, voided: false });
    this.said.set(key, event.quantity);
    if (event.meter === 'scans') this.scans.count(event.quantity, event.at, now);
    if (lease) lease.reported += event.quantity;
    return 'accepted';
  }
  /** What an event said when it was reported, whatever it was corrected to. */
  private readonly said = new Map<string, number>();

  /** What the operator reported comes before what the customer did by the same name. */
  correct(id: string, to: number | 'void', now: number): boolean {
    const event = this.events.get(`operator ${id}`) ?? this.events.get(`customer ${id}`);
    if (!event || event.at < now - 35 * DAY) return false;
    if (event.voided && to !== 'void') return false;
    const before = event.quantity;
    event.quantity = to === 'void' ? 0 : to;
    if (event.meter === 'scans') this.scans.count(event.quantity - before, event.at, now);
    if (to === 'void') event.voided = true;
    return true;
  }

  /** How much of a limit is lent to somebody who asks for so much. */
  slice(want: number, whole: boolean, limit: number, window: Span, now: number): number {
    const left = limit - this.used('reports', window) - this.reserved(window, now);
    if (left <= 0) return 0;
    if (whole) return left >= want ? want : 0;
    return Math.min(want, left, Math.max(1, Math.floor(left / 20)));
  }

  lend(name: string, granted: number, hold: boolean, ttlSeconds: number, window: Span, now: number): void {
    const expires = now + ttlSeconds * SECOND;
    const until = hold ? expires : Math.min(expires, window.end);
    this.lent.set(name, { granted, hold, taken: now, expires: until, window, spent: null, reported: 0 });
  }

  giveBack(name: string, spent: number): boolean {
    const lease = this.lent.get(name);
    if (!lease || lease.hold || spent > lease.granted) return false;
    if (lease.spent !== null) return lease.spent === spent;
    lease.spent = spent;
    return true;
  }

  commit(name: string, quantity: number, limit: number, now: number): boolean {
    const hold = this.lent.get(name);
    if (!hold?.hold) return false;
    if (hold.spent !== null) return hold.spent === quantity;
    if (hold.expires <= now) return false;
    const others = this.used('reports', hold.window) + this.reserved(hold.window, now) - hold.granted;
    if (quantity > hold.granted && others + quantity > limit) return false;
    hold.spent = quantity;
    hold.reported = quantity;
    if (quantity > 0) this.events.set(`hold ${name}`, { meter: 'reports', quantity, at: hold.taken, voided: false });
    return true;
  }

  release(name: string, now: number): boolean {
    const hold = this.lent.get(name);
    if (!hold?.hold) return false;
    if (hold.spent !== null) return hold.spent === 0;
    if (hold.expires > now) {
      hold.spent = 0;
      hold.reported = 0;
    }
    return true;
  }
}

/** The hour in which an instant lies. */
export const hourOf = (at: number): number => Math.floor(at / HOUR) * HOUR;
