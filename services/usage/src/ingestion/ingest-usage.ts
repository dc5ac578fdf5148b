import { Controller } from '@nestjs/common';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { PLATFORM_METERS, type UsageEvent } from '@tidegate/contracts/usage/event';
import { ingestUsage, NewUsageEvent, type RejectionCode } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { requireStoredStanding } from '../entitlements/standing.ts';
import { checkLeases } from '../leases/check-leases.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { timeRejection } from './admission.rules.ts';
import { isBadData, UsageWriter } from './usage-writer.ts';

interface Placed {
  index: number;
  event: UsageEvent;
}

interface Rejected {
  index: number;
  code: RejectionCode;
  message: string;
}

/**
 * Events from a customer's own product. They are written directly, not through the stream: the answer can then tell
 * duplicates from new events, and a read right after it sees them. The organisation is the caller's, never the event's.
 */
@Controller()
export class IngestUsage {
  constructor(
    private readonly writer: UsageWriter,
    private readonly bus: Bus,
  ) {}

  @Handles(ingestUsage)
  async handle({ input, caller, tx, emit }: OperationContext<typeof ingestUsage>) {
    const now = Date.now();
    const rejected: Rejected[] = [];
    const given = read(input.events, caller.orgId ?? '', now, rejected);
    await this.writer.ensurePartitions(
      given.map(({ event }) => event),
      now,
    );
    await beginCounting(tx);
    const { snapshot, periods } = await requireStoredStanding(tx, this.bus, now);
    const included = await includedIn(tx, snapshot, given, rejected);
    const events = await paidFor(tx, snapshot, included, rejected, now);
    try {
      const written = await this.writer.write(
        tx,
        emit,
        events.map(({ event }) => event),
        { periods: new Map([[snapshot.orgId, periods]]), now },
      );
      for (const [at, rejection] of written.rejected) rejected.push({ index: events[at]?.index ?? 0, ...rejection });
      rejected.sort((a, b) => a.index - b.index);
      return { accepted: written.accepted, duplicates: written.duplicates, rejected };
    } catch (error) {
      if (!isBadData(error)) throw error;
      throw invalid('/events', 'too_large', 'The sum of a meter would pass 9007199254740991. Send smaller quantities.');
    }
  }
}

function read(given: readonly unknown[], org: string, now: number, rejected: Rejected[]): Placed[] {
  const events: Placed[] = [];
  given.forEach((one, index) => {
    const parsed = NewUsageEvent.safeParse(one);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const message = `${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`.trim();
      rejected.push({ index, code: 'malformed', message });
      return;
    }
    const { time, source, ...rest } = parsed.data;
    if (PLATFORM_METERS.has(rest.meter)) {
      const message = `${rest.meter} is counted by the platform itself. Report meters of your own.`;
      rejected.push({ index, code: 'platform_meter', message });
      return;
    }
    // The prefix separates customers' event identities from those of our own services.
    const event = { ...rest, source: `api:${source}`, org, at: time ?? new Date(now).toISOString() };
    events.push({ index, event });
  });
  return events;
}

/**
 * Refuses events of meters that this plan lacks, as leases do: counting them would record usage that nobody sold. A meter
 * that no plan has is left to the writer, which names it.
 */
async function includedIn(
  tx: Tx,
  entitlements: Entitlements,
  given: Placed[],
  rejected: Rejected[],
): Promise<Placed[]> {
  const lacks = ({ event }: Placed) => entitlements.features[event.meter]?.kind !== 'metered';
  if (!given.some(lacks)) return given;
  const meters = new Set((await findMeters(tx)).map(({ meter }) => meter));
  return given.filter((one) => {
    const { meter } = one.event;
    if (!lacks(one) || !meters.has(meter)) return true;
    const message = `No plan of this organisation includes ${meter}. Send it again when it does.`;
    rejected.push({ index: one.index, code: 'not_included', message });
    return false;
  });
}

/** Events that are too old or too early are left to the writer, which refuses them: they take nothing from a lease. */
async function paidFor(
  tx: Tx,
  entitlements: Entitlements,
  given: Placed[],
  rejected: Rejected[],
  now: number,
): Promise<Placed[]> {
  const wrong = await checkLeases(
    tx,
    entitlements.orgId,
    given.map(({ event }) => (timeRejection(event, now) ? { ...event, lease: undefined } : event)),
  );
  for (const [at, why] of wrong) {
    rejected.push({ index: given[at]?.index ?? 0, code: 'malformed', message: `lease: ${why}` });
  }
  return given.filter((_, at) => !wrong.has(at));
}
