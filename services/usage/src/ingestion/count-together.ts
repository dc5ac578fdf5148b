import { AsyncLocalStorage } from 'node:async_hooks';
import { isOutage } from '@tidegate/messaging/errors';
import { countInAll, type Outcome, type Request } from './count-in-all.ts';
import type { Enrolments } from './enrolment.ts';
import { laneOf } from './lanes.rules.ts';
import type { Placed } from './read-events.rules.ts';
import { isBadData, type UsageWriter } from './usage-writer.ts';

/** Transactions at once. */
const LANES = 2;
/** Of one transaction, unless a request has more. */
const MOST_EVENTS = 2_000;

/** The events of a request that are of one lane. */
interface Part extends Request {
  done(outcome: Outcome): void;
  failed(error: unknown): void;
  /** Runs something where the request is followed: its trace shows the transaction. */
  within<T>(work: () => T): T;
}

interface Lane {
  waiting: Part[];
  busy: boolean;
}

/**
 * Counts requests that report for many organisations. Each for itself would wait for the others: most touch a row that
 * another one has locked until its commit. So an organisation has its lane, a lane one transaction at a time, and whatever
 * has come meanwhile is counted in the next one together. A request is answered when all its lanes have committed; when one
 * of them fails, so does the request, and what was counted of it proves a duplicate when it is sent again.
 */
export class CountTogether {
  private readonly lanes = Array.from({ length: LANES }, (): Lane => ({ waiting: [], busy: false }));

  constructor(
    private readonly writer: UsageWriter,
    private readonly enrolments: Enrolments,
  ) {}

  async count({ given, ...request }: Request): Promise<Outcome> {
    const parts = this.lanes.map((): Placed[] => []);
    for (const one of given) parts[laneOf(one.event.org, LANES)]?.push(one);
    const outcomes = await Promise.allSettled(
      parts.flatMap((part, at) => (part.length === 0 ? [] : [this.enter(at, { ...request, given: part })])),
    );
    const sum: Outcome = { accepted: 0, duplicates: 0, rejected: [] };
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason;
      sum.accepted += outcome.value.accepted;
      sum.duplicates += outcome.value.duplicates;
      sum.rejected.push(...outcome.value.rejected);
    }
    return sum;
  }

  private enter(at: number, request: Request): Promise<Outcome> {
    const lane = this.lanes[at] as Lane;
    return new Promise((done, failed) => {
      lane.waiting.push({ ...request, done, failed, within: AsyncLocalStorage.snapshot() });
      if (!lane.busy) void this.work(lane);
    });
  }

  private async work(lane: Lane): Promise<void> {
    lane.busy = true;
    while (lane.waiting.length > 0) {
      const parts = take(lane.waiting);
      await parts[0]?.within(() => this.countAll(lane, parts));
    }
    lane.busy = false;
  }

  private async countAll(lane: Lane, parts: readonly Part[]): Promise<void> {
    try {
      const outcomes = await this.transaction(parts);
      for (const [at, part] of parts.entries()) part.done(outcomes[at] as Outcome);
    } catch (error) {
      // Only one of them is at fault.
      if (isBadData(error) && parts.length > 1) for (const part of parts) await this.countAll(lane, [part]);
      else for (const part of parts) part.failed(error);
      // Who waits would wait as long again and hear the same.
      if (isOutage(error)) for (const part of lane.waiting.splice(0)) part.failed(error);
    }
  }

  private transaction(parts: readonly Part[]): Promise<Outcome[]> {
    return this.writer.transaction(async (counting) => {
      const orgIds = new Set<string>();
      for (const { given } of parts) for (const { event } of given) orgIds.add(event.org);
      const enrolments = await this.enrolments.of(counting.tx, orgIds);
      return countInAll(this.writer, counting, parts, enrolments);
    });
  }
}

/** The first ones, as many as fit. */
function take(waiting: Part[]): Part[] {
  let events = 0;
  const end = waiting.findIndex(({ given }, at) => {
    events += given.length;
    return at > 0 && events > MOST_EVENTS;
  });
  return waiting.splice(0, end === -1 ? waiting.length : end);
}
