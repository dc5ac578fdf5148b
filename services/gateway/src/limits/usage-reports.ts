import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { UsagePublisher } from '@tidegate/messaging/usage-publisher';
import { Loop } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { CallJournal } from './call-journal.ts';
import type { Note } from './call-notes.rules.ts';
import { METER, Tally, toNote } from './tally.ts';

const REPORT_MS = 1_000;
/** How long an orderly stop tries; the process may live 25 s after the signal. */
const LAST_MS = 8_000;

/** A segment that is being sent: it may have arrived in part, so it keeps its name and content. */
interface Sealed {
  segment: string;
  /** By organisation. */
  events: Map<string, UsageEvent[]>;
}

/**
 * Brings answered calls into the usage stream: counted in memory and noted in the journal, sealed once a second when
 * the segment before is in the stream, sent, and deleted when JetStream has stored them. Neither an outage of any
 * length nor the death of the process loses any (`RecoverCalls`).
 */
@Injectable()
export class UsageReports implements OnApplicationShutdown {
  private open = new Tally();
  private sealed: Sealed | undefined;
  /** Held by this process. `before`: calls of earlier segments. */
  private readonly leases = new Map<string, { orgId: string; before: number; calls: number }>();
  private failing = false;

  constructor(
    private readonly usage: UsagePublisher,
    private readonly log: Log,
    private readonly journal: CallJournal,
  ) {
    journal.begin(() => this.snapshot());
  }

  /**
   * One more call, which may be answered once the promise resolves. `lease`: the lease that paid for it; '' for none. `key`:
   * the API key; '' for none.
   */
  count(orgId: string, lease: string, key: string, now = Date.now()): Promise<void> {
    const entry = this.open.count(orgId, lease, key, now);
    const held = this.leases.get(entry.lease);
    if (held) held.calls += 1;
    return this.journal.add(entry);
  }

  /** A lease to be returned with what it paid for, by another process if this one dies. */
  hold(orgId: string, lease: string): void {
    this.leases.set(lease, { orgId, before: 0, calls: 0 });
    void this.journal.hold([orgId, lease, 0]);
  }

  letGo(lease: string): void {
    this.leases.delete(lease);
  }

  /** Calls that were answered and are not in the stream yet. */
  unsent(): number {
    const sealed = [...(this.sealed?.events.values() ?? [])].flat();
    return this.open.calls() + sealed.reduce((calls, { quantity }) => calls + quantity, 0);
  }

  @Loop({ name: 'report-api-calls', everyMs: REPORT_MS })
  async report(): Promise<void> {
    if (!this.journal.holds) await this.journal.soon();
    this.sealed ??= this.seal();
    if (!this.sealed) return;
    const { segment, events } = this.sealed;
    const [first] = events.keys();
    // In an outage one message probes whether it is over; thousands would only wait in the connection's buffer.
    if (this.failing && first !== undefined && !(await this.send(this.sealed, first))) return;
    await Promise.all([...events.keys()].map((orgId) => this.send({ segment, events }, orgId)));
    if (events.size > 0) return;
    this.journal.remove(segment);
    this.sealed = undefined;
  }

  /**
   * At a stop: reports everything, however long it waited; what cannot be reported is left to the next start, or
   * logged.
   */
  async onApplicationShutdown(): Promise<void> {
    const until = performance.now() + LAST_MS;
    while (this.unsent() > 0 && performance.now() < until && !this.usage.isClosed) {
      await this.report();
      if (this.failing) await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const calls = this.unsent();
    if (calls === 0) this.journal.remove(this.journal.segment);
    else if (this.journal.holds) this.log.warn({ calls }, 'API calls are left to the next start, which reports them');
    else this.log.error({ calls }, 'API calls stay uncounted');
    this.journal.end();
  }

  /** From here on the segment does not change. */
  private seal(): Sealed | undefined {
    this.journal.flush();
    const { segment } = this.journal;
    if (this.open.isEmpty) {
      if (this.leases.size === 0) this.journal.clear();
      return undefined;
    }
    const events = this.open.events(segment);
    this.open = new Tally();
    for (const held of this.leases.values()) Object.assign(held, { before: held.before + held.calls, calls: 0 });
    this.journal.begin(() => this.snapshot());
    return { segment, events };
  }

  private snapshot(): Note[] {
    const leases = [...this.leases].map(([lease, { orgId, before }]): Note => [orgId, lease, before]);
    const calls = [...this.open.entries()].map((entry): Note => toNote(entry, entry.calls));
    return [...leases, ...calls];
  }

  /** False when the stream could not be reached. */
  private async send({ segment, events }: Sealed, orgId: string): Promise<boolean> {
    const some = events.get(orgId);
    if (!some) return true;
    try {
      await publishCalls(this.usage, segment, orgId, some);
    } catch (error) {
      if (!this.failing)
        this.log.warn({ error }, 'API calls cannot be reported now; they are stored and reported later');
      this.failing = true;
      return false;
    }
    events.delete(orgId);
    if (this.failing) this.log.info({}, 'API calls are reported again');
    this.failing = false;
    return true;
  }
}

const EVENTS_A_MESSAGE = 400;

/** The stream and usage deduplicate what is sent again. */
export async function publishCalls(
  usage: UsagePublisher,
  segment: string,
  orgId: string,
  events: UsageEvent[],
): Promise<void> {
  for (let from = 0; from < events.length; from += EVENTS_A_MESSAGE) {
    const some = events.slice(from, from + EVENTS_A_MESSAGE);
    await usage.publish(`${segment}:${orgId}:${some[0]?.id}`, orgId, METER, some);
  }
}
