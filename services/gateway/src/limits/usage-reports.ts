import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { type UsageEvent, usageSubject } from '@tidegate/contracts/usage/event';
import { NATS } from '@tidegate/runtime/host';
import { AtEnd, Loop } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';

export const METER = 'api_calls';
const REPORT_MS = 1_000;
const PUBLISH_MS = 2_000;
/** Calls of one lease within so much time are one event: an outage of a day is 144 events an organisation, not 86,400. */
const TOGETHER_MS = 600_000;
/** Beyond it the newest event grows instead: what is kept for an outage without end has a bound. */
const MOST_EVENTS = 400;
/** At an orderly stop so long is tried; the process may live 25 s after the signal. */
const LAST_MS = 8_000;

interface Reporter {
  /** What was published and not confirmed: it may have arrived, so it keeps its id and its content for ever. */
  sent: { id: string; body: string } | undefined;
  /** Counted since, by lease. */
  open: Map<string, { event: UsageEvent; until: number }[]>;
  events: number;
}

/**
 * Calls that were answered, on their way into the usage stream. Nothing leaves this memory before JetStream has it, so
 * an outage of any length loses nothing: it is sent afterwards, with the ids that it had when it was first tried.
 */
@Injectable()
export class UsageReports {
  private readonly reporters = new Map<string, Reporter>();
  private failing = false;

  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    private readonly log: Log,
  ) {}

  /** One call more. `lease`: the lease that paid for it; the empty text for none. */
  count(orgId: string, lease: string, now = Date.now()): void {
    let reporter = this.reporters.get(orgId);
    if (!reporter) {
      reporter = { sent: undefined, open: new Map(), events: 0 };
      this.reporters.set(orgId, reporter);
    }
    const events = reporter.open.get(lease);
    const last = events?.at(-1);
    if (last && (now < last.until || reporter.events >= MOST_EVENTS)) last.event.quantity += 1;
    else if (reporter.events < MOST_EVENTS) begin(reporter, { orgId, lease, now });
    // Leases without end: what they paid for is counted without them, and their rest comes free a minute later.
    else if (lease === '') begin(reporter, { orgId, lease, now });
    else this.count(orgId, '', now);
  }

  /** Calls that were answered and are not in the stream yet. */
  unsent(): number {
    return [...this.reporters.values()].reduce((sum, { sent, open }) => {
      const waiting = [...open.values()].flat().map(({ event }) => event);
      const tried = sent ? (JSON.parse(sent.body) as UsageEvent[]) : [];
      return sum + [...waiting, ...tried].reduce((calls, { quantity }) => calls + quantity, 0);
    }, 0);
  }

  @Loop({ name: 'report-api-calls', everyMs: REPORT_MS })
  async report(): Promise<void> {
    const [first] = this.reporters.keys();
    if (first === undefined) return;
    // In an outage one message asks whether it is over; thousands would only wait in the connection's buffer.
    if (this.failing && !(await this.send(first))) return;
    await Promise.all([...this.reporters.keys()].map((orgId) => this.send(orgId)));
  }

  /** At the end: everything reported, however long it waited; what cannot be is told, so that it can be added by hand. */
  @AtEnd()
  async reportLast(): Promise<void> {
    const until = Date.now() + LAST_MS;
    while (this.reporters.size > 0 && Date.now() < until && !this.nc.isClosed()) {
      await this.report();
      if (this.failing) await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const lost = this.unsent();
    if (lost > 0)
      this.log.error({ calls: lost, organisations: [...this.reporters.keys()] }, 'API calls stay uncounted');
  }

  /** False when the stream could not be reached. */
  private async send(orgId: string): Promise<boolean> {
    const reporter = this.reporters.get(orgId);
    if (!reporter) return true;
    reporter.sent ??= close(reporter);
    if (!reporter.sent) {
      this.reporters.delete(orgId);
      return true;
    }
    try {
      const { id: msgID, body } = reporter.sent;
      const options = { msgID, timeout: PUBLISH_MS };
      await jetstream(this.nc, { checkAPI: false }).publish(usageSubject(orgId, METER), body, options);
    } catch (error) {
      if (!this.failing) this.log.warn({ error }, 'API calls cannot be reported now; they are kept and reported later');
      this.failing = true;
      return false;
    }
    reporter.sent = undefined;
    if (this.failing) this.log.info({}, 'API calls are reported again');
    this.failing = false;
    if (reporter.events === 0) this.reporters.delete(orgId);
    return true;
  }
}

function begin(reporter: Reporter, { orgId, lease, now }: { orgId: string; lease: string; now: number }): void {
  const at = new Date(now).toISOString();
  const event: UsageEvent = { id: crypto.randomUUID(), org: orgId, meter: METER, quantity: 1, at, source: 'gateway' };
  if (lease !== '') event.lease = lease;
  const events = reporter.open.get(lease) ?? [];
  events.push({ event, until: now + TOGETHER_MS });
  reporter.open.set(lease, events);
  reporter.events += 1;
}

/** From here on the counted ones are one message, whose content does not change. */
function close(reporter: Reporter): Reporter['sent'] {
  const events = [...reporter.open.values()].flat().map(({ event }) => event);
  reporter.open = new Map();
  reporter.events = 0;
  return events.length === 0 ? undefined : { id: crypto.randomUUID(), body: JSON.stringify(events) };
}
