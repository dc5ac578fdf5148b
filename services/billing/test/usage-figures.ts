import type { UsageChange } from '@tidegate/contracts/usage/sums';

interface AskedSpan {
  meter: string;
  from: string;
  to: string;
  beyond?: { limit: number; per: 'hour' | 'day' };
}

/** Instants with quantities, by meter. */
type Events = Record<string, [at: number, quantity: number][]>;

/** What usage says in tests of billing. */
export function usageFigures() {
  /** That was used. */
  const used: Events = {};
  /** And what prepaid units, or what was left of earlier windows, paid for of it. */
  const paidBy: Record<'rollover' | 'credits', Events> = { rollover: {}, credits: {} };
  /** Digits behind the point of meters that have some. */
  const decimals: Record<string, number> = {};
  /** What happens while an answer of usage is on its way. */
  const underway = { sums: async (): Promise<void> => {} };
  const within = ({ meter, from, to }: AskedSpan, events: Events) =>
    (events[meter] ?? []).filter(([at]) => at >= Date.parse(from) && at < Date.parse(to));
  const total = (events: readonly (readonly [number, number])[]) => events.reduce((sum, [, many]) => sum + many, 0);
  const sumOf = (span: AskedSpan): number => {
    const { beyond } = span;
    const covered = Object.values(paidBy).flatMap((by) => within(span, by).map(([at, many]) => [at, -many] as const));
    const step = beyond ? { hour: 3_600_000, day: 86_400_000 }[beyond.per] : Number.POSITIVE_INFINITY;
    const parts = Map.groupBy([...within(span, used), ...covered], ([at]) => Math.floor(at / step));
    const sums = [...parts.values()].map(total);
    return sums.reduce((all, sum) => all + Math.max(beyond ? 0 : sum, sum - (beyond?.limit ?? 0)), 0);
  };
  const coveredOf = (span: AskedSpan) => ({
    used: total(within(span, used)),
    rollover: total(within(span, paidBy.rollover)),
    credits: total(within(span, paidBy.credits)),
  });
  const answer = async ({ spans, changes = [] }: { spans: AskedSpan[]; changes?: UsageChange[] }) => {
    const more = ({ from, to }: AskedSpan) =>
      changes.filter(({ at }) => at >= from && at < to).reduce((sum, { quantity }) => sum + quantity, 0);
    const sums = spans.map((span) => sumOf(span) + more(span));
    await underway.sums();
    return { sums, decimals: spans.map(({ meter }) => decimals[meter] ?? 0), covered: spans.map(coveredOf) };
  };
  return { used, paidBy, decimals, underway, answer };
}
