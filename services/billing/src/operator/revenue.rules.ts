import type { RevenueFigures } from '@tidegate/contracts/billing/operator';

/** What a subscription brought from an instant on, as it was written down. */
export interface Fact {
  customer: string;
  at: number;
  /** '' for what belongs to no product: signed_up and deleted. */
  product: string;
  plan: string;
  status: string;
  currency: string;
  mrrMinor: number;
}

/** Months of UTC, each from its start to the start of the next, or to the present. */
export interface Range {
  currency: string;
  months: readonly string[];
  now: number;
}

type Mrr = Omit<RevenueFigures['mrr'][number], 'customerChurnRate' | 'revenueChurnRate'>;
type Trials = Omit<RevenueFigures['trials'][number], 'conversionRate'>;

/** Sums over all customers; each is added once and then no longer needed. */
export interface Sums {
  range: Range;
  mrr: Mrr[];
  trials: Trials[];
  plans: Map<string, Omit<RevenueFigures['plans'][number], 'productName' | 'planName'>>;
  cohorts: Map<string, RevenueFigures['cohorts'][number]>;
}

export const emptySums = (range: Range): Sums => ({
  range,
  mrr: range.months.map((month) => ({
    month,
    startMinor: 0,
    newMinor: 0,
    expansionMinor: 0,
    reactivationMinor: 0,
    contractionMinor: 0,
    churnMinor: 0,
    endMinor: 0,
    customersAtStart: 0,
    customersNew: 0,
    customersReactivated: 0,
    customersLost: 0,
    customersAtEnd: 0,
  })),
  trials: range.months.map((month) => ({ month, begun: 0, ended: 0, converted: 0 })),
  plans: new Map(),
  cohorts: new Map(),
});

export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);
export const startOf = (month: string): number => Date.parse(`${month}-01T00:00:00Z`);

export function monthAfter(month: string, count = 1): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return monthOf(Date.UTC(year, number - 1 + count));
}

/** From the first to the last, both included. */
export function monthsBetween(from: string, to: string): string[] {
  const months: string[] = [];
  for (let month = from; month <= to; month = monthAfter(month)) months.push(month);
  return months;
}

/** All facts of one customer, in any order of equal instants that was written. */
export function addCustomer(sums: Sums, facts: readonly Fact[]): void {
  const { months, now, currency } = sums.range;
  const ordered = facts.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
  const customer = new Customer(ordered, currency);
  const signedUp = ordered.find(({ status }) => status === 'signed_up') ?? ordered[0];
  if (!signedUp) return;
  const cohort = monthOf(signedUp.at);
  customer.until(startOf(months[0] ?? cohort), undefined);
  for (const [index, month] of months.entries()) {
    const [mrr, trials] = [sums.mrr[index] as Mrr, sums.trials[index] as Trials];
    const start = customer.brings();
    const { paidBefore } = customer;
    customer.until(startOf(monthAfter(month)), trials);
    const end = customer.brings();
    move(mrr, start, end, paidBefore);
    addPlans(sums, month, customer);
    if (cohort >= (months[0] ?? '') && cohort <= month) addCohort(sums, cohort, month, end);
  }
}

/** What one customer has, as the facts are gone through. */
class Customer {
  private readonly newest = new Map<string, Fact>();
  private next = 0;
  /** Whether it has ever brought anything in this currency. */
  paidBefore = false;

  constructor(
    private readonly facts: readonly Fact[],
    private readonly currency: string,
  ) {}

  /** Takes the facts before the instant; trials count when they begin and end. */
  until(end: number, trials: Trials | undefined): void {
    for (let fact = this.facts[this.next]; fact && fact.at < end; fact = this.facts[this.next]) {
      const before = this.newest.get(fact.product);
      if (trials) countTrial(trials, before, fact);
      this.newest.set(fact.product, fact);
      this.next += 1;
      this.paidBefore ||= fact.currency === this.currency && fact.mrrMinor > 0;
    }
  }

  paid(): Fact[] {
    return [...this.newest.values()].filter((fact) => fact.currency === this.currency && fact.mrrMinor > 0);
  }

  brings(): number {
    return this.paid().reduce((sum, { mrrMinor }) => sum + mrrMinor, 0);
  }
}

function countTrial(trials: Trials, before: Fact | undefined, fact: Fact): void {
  const [was, is] = [before?.status === 'trialing', fact.status === 'trialing'];
  if (is && !was) trials.begun += 1;
  if (!was || is) return;
  trials.ended += 1;
  if (fact.mrrMinor > 0) trials.converted += 1;
}

/** A customer makes one movement a month: what it brought at the end against the start. */
function move(mrr: Mrr, start: number, end: number, paidBefore: boolean): void {
  mrr.startMinor += start;
  mrr.endMinor += end;
  if (start > 0) mrr.customersAtStart += 1;
  if (end > 0) mrr.customersAtEnd += 1;
  if (start === 0 && end > 0) {
    mrr[paidBefore ? 'reactivationMinor' : 'newMinor'] += end;
    mrr[paidBefore ? 'customersReactivated' : 'customersNew'] += 1;
  } else if (start > 0 && end === 0) {
    mrr.churnMinor += start;
    mrr.customersLost += 1;
  } else if (end > start) mrr.expansionMinor += end - start;
  else mrr.contractionMinor += start - end;
}

function addPlans({ plans }: Sums, month: string, customer: Customer): void {
  for (const { product, plan, mrrMinor } of customer.paid()) {
    const key = `${month} ${product} ${plan}`;
    const row = plans.get(key) ?? { month, product, plan, subscriptions: 0, mrrMinor: 0 };
    plans.set(key, { ...row, subscriptions: row.subscriptions + 1, mrrMinor: row.mrrMinor + mrrMinor });
  }
}

function addCohort({ cohorts }: Sums, cohort: string, month: string, brings: number): void {
  const key = `${cohort} ${month}`;
  const row = cohorts.get(key) ?? { cohort, month, signedUp: 0, paying: 0, mrrMinor: 0 };
  cohorts.set(key, {
    ...row,
    signedUp: row.signedUp + 1,
    paying: row.paying + (brings > 0 ? 1 : 0),
    mrrMinor: row.mrrMinor + brings,
  });
}

/** A share to four digits, halves up; null of nothing. */
export function share(part: number, whole: number): string | null {
  if (whole === 0) return null;
  const [a, b] = [BigInt(part), BigInt(whole)];
  const digits = ((a * 20_000n + b) / (2n * b)).toString().padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

const sorted = <T>(rows: ReadonlyMap<string, T>): T[] =>
  [...rows].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);

export const figuresOf = ({ mrr, trials, plans, cohorts }: Sums) => ({
  mrr: mrr.map((row) => ({
    ...row,
    customerChurnRate: share(row.customersLost, row.customersAtStart),
    revenueChurnRate: share(row.churnMinor + row.contractionMinor, row.startMinor),
  })),
  trials: trials.map((row) => ({ ...row, conversionRate: share(row.converted, row.ended) })),
  plans: sorted(plans),
  cohorts: sorted(cohorts),
});
