import { Injectable } from '@nestjs/common';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { PLATFORM_METERS, type UsageEvent } from '@tidegate/contracts/usage/event';
import { ingestUsage, NewUsageEvent, type RejectionCode } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { keepAccount } from '../entitlements/require-snapshot.ts';
import { judgeLeases } from '../leases/judge-leases.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { outOfTime } from './admission.rules.ts';
import { isBadData } from './bad-data.ts';
import { UsageWriter } from './usage-writer.ts';

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
 * Events of a customer's own product. They are written at once and not through the stream: the answer then tells
 * duplicates from news, and a read right after it sees them. The organisation is the caller's, never the event's.
 */
@Injectable()
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
    const account = await keepAccount(tx, this.bus);
    const included = await ofThePlan(tx, account, given, rejected);
    const events = await paidFor(tx, account, included, rejected, now);
    try {
      const written = await this.writer.write(
        tx,
        emit,
        events.map(({ event }) => event),
        now,
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
    // The prefix keeps customers' identities apart from those of our own services.
    const event = { ...rest, source: `api:${source}`, org, at: time ?? new Date(now).toISOString() };
    events.push({ index, event });
  });
  return events;
}

/**
 * A meter that others have and this plan lacks is refused, as its leases are: counted, it would be use that nobody sold.
 * A meter that nobody has is left for the writer to name.
 */
async function ofThePlan(tx: Tx, account: Entitlements, given: Placed[], rejected: Rejected[]): Promise<Placed[]> {
  const lacks = ({ event }: Placed) => account.features[event.meter]?.kind !== 'metered';
  if (!given.some(lacks)) return given;
  const meters = new Set((await findMeters(tx)).map(({ meter }) => meter));
  return given.filter((one) => {
    const { meter } = one.event;
    if (!lacks(one) || !meters.has(meter)) return true;
    const message = `The plan ${account.planName} of this organisation does not include ${meter}. Send it again when it does.`;
    rejected.push({ index: one.index, code: 'not_included', message });
    return false;
  });
}

/** What is out of time is left for the writer to refuse: it takes nothing of its lease. */
async function paidFor(
  tx: Tx,
  account: Entitlements,
  given: Placed[],
  rejected: Rejected[],
  now: number,
): Promise<Placed[]> {
  const wrong = await judgeLeases(
    tx,
    account.orgId,
    given.map(({ event }) => (outOfTime(event, now) ? { ...event, lease: undefined } : event)),
  );
  for (const [at, why] of wrong) {
    rejected.push({ index: given[at]?.index ?? 0, code: 'malformed', message: `lease ${why}` });
  }
  return given.filter((_, at) => !wrong.has(at));
}
