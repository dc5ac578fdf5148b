import { Controller } from '@nestjs/common';
import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { forbidden, invalid } from '@tidegate/contracts/kernel/problem';
import { ingestUsage } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { requireStoredStanding, type Standing, timesOf } from '../entitlements/standing.ts';
import { checkLeases } from '../leases/check-leases.ts';
import { findDefinitions, findMeters } from '../meters/meter.rows.ts';
import { timeRejection } from './admission.rules.ts';
import { byDifference } from './count-differences.ts';
import { byDimension } from './count-dimensions.ts';
import { countGauges } from './count-gauges.ts';
import { addsUp, enrolled, lacks } from './count-in-all.ts';
import { CountTogether } from './count-together.ts';
import { Enrolments } from './enrolment.ts';
import { Newcomers } from './newcomers.ts';
import { type Placed, type Rejected, readEvents } from './read-events.rules.ts';
import { type Counting, isBadData, UsageWriter } from './usage-writer.ts';

/** Each costs a few queries where events do more than add up. */
const MOST_ORGANISATIONS = 100;

interface Request extends Counting {
  rejected: Rejected[];
  definitions: ReadonlyMap<string, MeterDefinition>;
  /** Whether meters that the plan lacks are counted as well. */
  force: boolean;
}

/**
 * Events from a product of a customer or of the operator. They are written directly, not through the stream: the answer
 * can then tell duplicates from new events, and a read right after it sees them. The organisation is the caller's, never
 * the event's; only an operator's service key may name one with each event.
 */
@Controller()
export class IngestUsage {
  private readonly enrolments = new Enrolments();
  private readonly together: CountTogether;
  private readonly newcomers: Newcomers;

  constructor(
    private readonly writer: UsageWriter,
    private readonly bus: Bus,
  ) {
    this.together = new CountTogether(writer, this.enrolments);
    this.newcomers = new Newcomers(writer, bus);
  }

  @Handles(ingestUsage)
  async handle({ input, caller, tx, emit }: OperationContext<typeof ingestUsage>) {
    if (input.force && caller.kind !== 'service_key') {
      throw forbidden({}, 'Only a service key counts what the plan does not include.');
    }
    const now = clock.now();
    await this.writer.ensurePartitions(daysOf(input.events, now), now);
    const read = (definitions: ReadonlyMap<string, MeterDefinition>, rejected: Rejected[]) =>
      readEvents(input.events, { caller, definitions, now }, rejected);
    const { force } = input;
    try {
      const together = caller.orgId ? undefined : await this.countTogether(read, force);
      if (together) return together;
      const epoch = await beginCounting(tx);
      const definitions = await findDefinitions(tx);
      const rejected: Rejected[] = [];
      const given = read(definitions, rejected);
      const request = { tx, emit, now, epoch, rejected, definitions, force };
      const counted = caller.orgId ? await this.countIn(request, given) : await this.countOneByOne(request, given);
      return { ...counted, rejected: inOrder(rejected) };
    } catch (error) {
      if (!isBadData(error)) throw error;
      throw invalid('/events', 'too_large', 'The sum of a meter would pass 9007199254740991. Send smaller quantities.');
    }
  }

  /** Of several organisations, with other requests and without their transactions. Undefined: some do more than add up. */
  private async countTogether(
    read: (definitions: ReadonlyMap<string, MeterDefinition>, rejected: Rejected[]) => Placed[],
    force: boolean,
  ) {
    const definitions = await this.writer.definitions();
    const rejected: Rejected[] = [];
    const given = read(definitions, rejected);
    await this.newcomers.meet(this.enrolments.missing(given.map(({ event }) => event.org)));
    if (!given.every((one) => addsUp(one, definitions))) return undefined;
    const counted = await this.together.count({ given, definitions, force });
    return { ...counted, rejected: inOrder([...rejected, ...counted.rejected]) };
  }

  /**
   * Of several organisations, one after the other in their order, so that two requests wait for each other instead of
   * deadlocking.
   */
  private async countOneByOne(request: Request, given: Placed[]) {
    const sum = { accepted: 0, duplicates: 0 };
    const orgIds = new Set(given.map(({ event }) => event.org));
    const enrolments = await this.enrolments.of(request.tx.as({ system: 'ingest' }), orgIds);
    const byOrg = Map.groupBy(enrolled(given, enrolments, request.rejected), ({ event }) => event.org);
    if (byOrg.size > MOST_ORGANISATIONS) {
      throw invalid(
        '/events',
        'too_many',
        'Send at most {most} organisations at once where events name leases, or not all simply add up.',
        { most: MOST_ORGANISATIONS },
      );
    }
    for (const [orgId, some] of [...byOrg].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const { accepted, duplicates } = await this.countIn({ ...request, tx: request.tx.as({ orgId }) }, some);
      sum.accepted += accepted;
      sum.duplicates += duplicates;
    }
    return sum;
  }

  /** In the organisation of the transaction. */
  private async countIn(request: Request, given: Placed[]) {
    const { tx, emit, now, rejected, definitions, force } = request;
    const standing = await requireStoredStanding(tx, this.bus, now);
    const { snapshot } = standing;
    const included = force ? given : await includedIn(tx, snapshot, given, rejected);
    const paid = await paidFor(tx, snapshot, included, rejected, now);
    const grouped = await byDimension(tx, standing, paid);
    const isGauge = ({ event }: Placed) => definitions.get(event.meter)?.aggregate === 'time_weighted';
    const gauges = grouped.filter(isGauge);
    const rest = gauges.length === 0 ? grouped : grouped.filter((one) => !isGauge(one));
    const sum = await this.countRest(request, standing, rest);
    if (gauges.length === 0) return sum;
    const counted = await countGauges({ tx, emit, rejected }, standing, gauges);
    return { accepted: sum.accepted + counted.accepted, duplicates: sum.duplicates + counted.duplicates };
  }

  private async countRest(
    { tx, emit, now, epoch, rejected, definitions }: Request,
    standing: Standing,
    given: Placed[],
  ) {
    const events = await byDifference(tx, standing, given, definitions);
    const written = await this.writer.write(
      { tx, emit, now, epoch },
      events.map(({ event }) => event),
      timesOf(standing),
    );
    for (const [at, rejection] of written.rejected) rejected.push({ index: events[at]?.index ?? 0, ...rejection });
    return { accepted: written.accepted, duplicates: written.duplicates };
  }
}

const inOrder = (rejected: Rejected[]): Rejected[] => rejected.sort((a, b) => a.index - b.index);

/** When events say that they happened: their partitions are made before the transaction begins. */
const daysOf = (events: readonly unknown[], now: number): { at: string }[] => {
  const days = new Map<string, { at: string }>();
  const otherwise = new Date(now).toISOString();
  for (const one of events) {
    const time = (one as { time?: unknown } | null)?.time;
    const at = typeof time === 'string' ? time : otherwise;
    // All of one date, written in one way, are one day.
    const date = at.length === 24 && at.endsWith('Z') ? at.slice(0, 10) : at;
    if (!days.has(date)) days.set(date, { at });
  }
  return [...days.values()];
};

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
  const isLacking = ({ event }: Placed) => entitlements.features[event.meter]?.kind !== 'metered';
  if (!given.some(isLacking)) return given;
  const meters = new Set((await findMeters(tx)).map(({ meter }) => meter));
  return given.filter((one) => {
    const { meter } = one.event;
    if (!isLacking(one) || !meters.has(meter)) return true;
    rejected.push({ index: one.index, code: 'not_included', message: lacks(meter) });
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
