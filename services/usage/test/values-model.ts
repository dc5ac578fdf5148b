export const AGGREGATES = ['max', 'latest', 'unique'] as const;
export type Windows = 'month' | 'day';

interface Event {
  id: string;
  at: number;
  value: number;
  counts: boolean;
}

interface Asked {
  from: number;
  to: number;
  mode: 'add' | 'replace';
  wanted: readonly { id: string; at: number; value: number }[];
}

/** What should be counted, told plainly: a list of events, and what each window makes of those that count. */
export class Values {
  private readonly events = new Map<string, Event>();
  /** What events were before a backfill changed them. */
  private readonly backfills = new Map<string, Event[]>();

  constructor(
    private readonly aggregate: (typeof AGGREGATES)[number],
    private readonly windowOf: (at: number) => string,
  ) {}

  send(id: string, at: number, value: number): void {
    if (!this.events.has(id)) this.events.set(id, { id, at, value, counts: true });
  }

  /** Whether something changes, or why not. */
  correct(id: string, value: number | undefined): boolean | string {
    const event = this.events.get(id);
    if (!event) return 'not_found';
    if (!event.counts) return value === undefined ? false : 'usage_event_voided';
    if (value === event.value) return false;
    this.events.set(id, value === undefined ? { ...event, counts: false } : { ...event, value });
    return true;
  }

  /** What a backfill may say of an event: of a known one not another unique value, which would be another event. */
  keep(id: string, value: number): number {
    return this.aggregate === 'unique' ? (this.events.get(id)?.value ?? value) : value;
  }

  backfill(backfill: string, { from, to, mode, wanted }: Asked): void {
    const before: Event[] = [];
    const set = (event: Event) => {
      const was = this.events.get(event.id);
      if (was?.counts === event.counts && (was.value === event.value || !event.counts)) return;
      before.push(was ?? { ...event, counts: false });
      this.events.set(event.id, event);
    };
    for (const { id, at, value } of wanted) {
      if (mode === 'add' && this.events.get(id)?.counts) continue;
      set({ id, at, value, counts: true });
    }
    if (mode === 'replace') {
      const named = new Set(wanted.map(({ id }) => id));
      for (const event of this.events.values()) {
        if (event.at >= from && event.at < to && !named.has(event.id)) set({ ...event, counts: false });
      }
    }
    this.backfills.set(backfill, before);
  }

  revert(backfill: string): void {
    for (const event of this.backfills.get(backfill) ?? []) this.events.set(event.id, event);
    this.backfills.delete(backfill);
  }

  /** Of each window in which something is counted. */
  counts(): Record<string, number> {
    const windows = Map.groupBy(
      [...this.events.values()].filter(({ counts }) => counts),
      ({ at }) => this.windowOf(at),
    );
    const sums = [...windows].map(([window, events]) => [window, this.sum(events)] as const);
    return Object.fromEntries(sums.filter(([, sum]) => sum !== 0));
  }

  private sum(events: readonly Event[]): number {
    if (this.aggregate === 'unique') return new Set(events.map(({ value }) => value)).size;
    if (this.aggregate === 'max') return Math.max(...events.map(({ value }) => value));
    return [...events].sort((a, b) => b.at - a.at)[0]?.value ?? 0;
  }
}
