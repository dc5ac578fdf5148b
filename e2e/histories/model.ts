import { Books } from './books.ts';
import { DAY, later, type Span, type Step, windowOf } from './calendar.ts';
import { Coupons, type Uses } from './coupons.ts';
import { Holding } from './holding.ts';
import { seatLimit } from './seats.ts';
import { botsSold, type Grant, isBilled, mainSold, PRODUCTS, type Product } from './sold.ts';
import { type Meter, UsageModel } from './usage-model.ts';

/*
 * One organisation, told as a list of facts: what it has, may do, has used and owes. Everything happens one after the
 * other, at once, and exactly as it was asked for. It imports nothing of the services; the history of random steps is
 * carried out by both, and in the end both must say the same.
 */
export class Model {
  now: number;
  readonly usage = new UsageModel();
  readonly books: Books;
  readonly coupons: Coupons;
  readonly grants: Grant[] = [];
  hadGift = false;
  /** So many people belong to it. */
  members = 1;
  /** A payment was taken back at a bank, and nobody has settled it. */
  disputed = false;
  private readonly shared: Step[];
  private readonly holdings: Record<Product, Holding>;

  constructor(now: number, dueDays: number, uses: Uses) {
    this.now = now;
    this.shared = [{ from: now, anchor: now, months: 1 }];
    this.usage.scans.included = () => this.scans();
    this.usage.scans.monthOf = (at) => windowOf(this.shared, 1, at).start;
    this.books = new Books(dueDays, (scans) => {
      if (scans > 0) this.usage.scans.give({ amount: scans, priority: 0, days: 60, free: false }, this.now);
    });
    this.coupons = new Coupons(uses);
    const used = (start: number, end: number) => this.usage.used('pages', { start, end });
    const given = { books: this.books, coupons: this.coupons, used, since: now };
    this.holdings = {
      main: new Holding({ product: 'main', ...given }),
      bots: new Holding({ product: 'bots', ...given }),
    };
  }

  of = (product: Product): Holding => this.holdings[product];

  // What may be done ------------------------------------------------------------------------------------------------

  may() {
    const { main, bots } = { main: this.of('main').inForce(), bots: this.of('bots').inForce() };
    if (!main) throw new Error('There is always a plan of the main product.');
    const sold = mainSold(main.plan, main.edition);
    const robots = bots && botsSold(bots.plan, bots.edition);
    const live = this.grants.filter(({ from, until }) => from <= this.now && this.now < until);
    const set = live
      .filter(({ op }) => op === 'set')
      .reduce<Grant | undefined>((a, b) => (a && a.from > b.from ? a : b), undefined);
    let rooms = set
      ? set.rooms
      : Math.max(sold.rooms, ...live.filter(({ op }) => op === 'max').map((one) => one.rooms));
    for (const one of live) if (one.op === 'add') rooms += one.rooms;
    rooms += 5 * main.addons.rooms5;
    return {
      plans: Object.fromEntries(PRODUCTS.flatMap((product) => this.standing(product))),
      rooms,
      seats: seatLimit(
        this.of('main').inForce() === this.of('main').sub ? this.of('main').sub : undefined,
        sold.seats,
        this.of('main').follows,
      ),
      depth: sold.depth,
      // Of what both products give the larger one counts.
      reports: Math.max(sold.reports, robots?.reports ?? 0),
      pages: sold.pages,
      scans: sold.scans,
      robots: robots?.robots,
      runs: robots?.runs,
    };
  }

  private standing(product: Product) {
    const one = this.of(product);
    const plan = one.inForce()?.plan;
    if (!plan) return [];
    return [[product, { plan, status: one.sub?.status, access: one.access(this.disputed) }]];
  }

  private scans(): number {
    const { plan = 'free', edition = 0 } = this.of('main').inForce() ?? {};
    return mainSold(plan, edition).scans;
  }

  /** What all products share can only be read when every plan can. */
  get isReadOnly(): boolean {
    return PRODUCTS.every((product) => {
      const one = this.of(product);
      return !one.inForce() || one.access(this.disputed) === 'read_only';
    });
  }

  window(meter: Meter): Span | undefined {
    if (meter !== 'pages' && meter !== 'runs') return windowOf(this.shared, 1, this.now);
    const { steps } = this.of(meter === 'pages' ? 'main' : 'bots');
    return steps.length === 0 ? undefined : windowOf(steps, meter === 'runs' ? 'paid' : 1, this.now);
  }

  balances() {
    const of = (meter: Meter) => this.usage.used(meter, this.window(meter) as Span);
    const reserved = this.usage.reserved(this.window('reports') as Span, this.now);
    const { scans } = this.usage;
    return {
      reports: of('reports'),
      reserved,
      pages: of('pages'),
      calls: of('api_calls'),
      scans: of('scans'),
      prepaid: scans.left(this.now),
      runs: this.of('bots').inForce() ? of('runs') : undefined,
      peak: of('peak'),
      guests: of('guests'),
      newest: of('newest'),
    };
  }

  valuesInAll = (): number => this.usage.valuesInAll((at) => windowOf(this.shared, 1, at).start);

  // What is changed; each answers whether it is carried out -----------------------------------------------------------

  /** Scans on an invoice; only who gets invoices may. */
  order(packages: number): boolean {
    if (!PRODUCTS.some((product) => this.isBilled(product))) return false;
    this.books.order(700 * packages, 30 * packages);
    return true;
  }

  private isBilled(product: Product): boolean {
    const { sub } = this.of(product);
    return sub !== undefined && isBilled(sub);
  }

  /** Once, whatever becomes of it. */
  enterGift(): boolean {
    if (this.hadGift) return false;
    this.hadGift = true;
    this.grants.push({ op: 'add', rooms: 4, from: this.now, until: later(this.now, 1), gift: true });
    return true;
  }

  endGift(): boolean {
    const at = this.grants.findIndex(({ gift }) => gift);
    if (at >= 0) this.grants.splice(at, 1);
    return this.hadGift;
  }

  grant(op: Grant['op'], rooms: number, fromDays: number, days: number | null): void {
    const from = this.now + fromDays * DAY;
    this.grants.push({ op, rooms, from, until: days === null ? Number.POSITIVE_INFINITY : from + days * DAY });
  }

  // Time ------------------------------------------------------------------------------------------------------------

  /** What is due on the way happens at its own instant, whichever product it is of. */
  pass(until: number): void {
    this.books.clock = until;
    this.settle(until);
    this.at(until);
    this.upTo(until + 1);
    this.countMembers();
  }

  /** Whatever has changed: as many are paid for as there are. */
  countMembers(): void {
    const main = this.of('main');
    main.countSoon();
    main.countMembers(this.members);
  }

  private settle(until: number): void {
    for (;;) {
      const due = PRODUCTS.map((product) => this.of(product)).flatMap((one) => {
        const at = one.due(until);
        return at === undefined ? [] : [{ one, at }];
      });
      const [next] = due.sort((a, b) => a.at - b.at);
      if (!next) break;
      this.upTo(next.at);
      this.at(Math.max(this.now, next.at));
      next.one.carryOut(next.at);
    }
    // Paid, withdrawn, credited or due later: at once. What comes of it may be due as well.
    const owed = PRODUCTS.filter((product) => this.of(product).owe(until));
    if (owed.length > 0) this.settle(until);
  }

  /** Every period that has begun by an instant is charged, in the order in which they did. */
  private upTo(until: number): void {
    for (;;) {
      const begun = PRODUCTS.map((product) => this.of(product)).filter(({ begins = until }) => begins < until);
      const [first] = begun.sort((a, b) => (a.begins ?? 0) - (b.begins ?? 0));
      if (first?.begins === undefined) break;
      first.upTo(first.begins + 1);
    }
    for (const product of PRODUCTS) this.of(product).upTo(until);
  }

  private at(now: number): void {
    this.now = now;
    for (const product of PRODUCTS) this.of(product).now = now;
  }

  chargePages(): void {
    this.of('main').account.chargePages(this.now);
  }

  /** The instants at which the clock changes something. */
  coming(): number[] {
    const all = [
      ...PRODUCTS.flatMap((product) => this.of(product).coming()),
      ...this.of('main').account.pages.coming(),
      ...this.grants.flatMap(({ from, until }) => [from, until]),
      ...this.usage.scans.credits.map(({ until }) => until),
    ];
    return all.filter((at): at is number => at !== undefined && at > this.now && Number.isFinite(at));
  }
}
