import { Envelope } from '@tidegate/contracts/kernel/event';
import { events } from '@tidegate/contracts/kernel/registry';
import { OrganisationDeleted } from '@tidegate/database/deleted-organisations';
import { isUuid } from '@tidegate/database/ids';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { ConsumerPosition } from './consumer-position.ts';
import { buryEvent, insertGapLetter } from './dead-letter.rows.ts';
import { closeGap, insertGap } from './gap.rows.ts';
import type { EventHandler } from './handler.ts';
import {
  advance,
  countAttempt,
  deleteAttempts,
  hasFailures,
  isNext,
  lockLast,
  passBuried,
  setLast,
  standingOf,
} from './inbox.rows.ts';
import type { Outbox } from './outbox.ts';

/*
 * The effect of an event, once and in order.
 *
 * One row per consumer and aggregate holds the number of the last event handled. It moves from n-1 to n in the
 * transaction of the effect, and its lock keeps other replicas out:
 *   number <= row      a duplicate: nothing to do
 *   number == row + 1  handle it
 *   number >  row + 1  its predecessor is being handled, here or in another replica, or it is lost: `ahead`
 * An aggregate without a row starts at its first event, or at one whose predecessor is older than what the stream keeps:
 * rows of quiet aggregates expire. Later their emitter's do as well, and the numbers begin at 1 again; so a row that was
 * old when an event was emitted says nothing about it. When nothing earlier can arrive any more, the event may `pass`:
 * the missing numbers are reported as a gap, in the same transaction, and recorded (inbox_gaps), so that one which
 * arrives after all is `late` and not taken for a duplicate. An event is late once: it is stored for the operator, and
 * its number is no longer a gap.
 *
 * While it holds a connection, nothing here waits for anything but PostgreSQL, nor takes a second one.
 */
export type Outcome = 'handled' | 'duplicate' | 'ahead' | 'late';

/** The numbers missing before an event that passed. */
export interface Gap {
  from: number;
  to: number;
  /** The aggregate is unknown: retention may have deleted its first events, which is no fault. */
  beginning: boolean;
}

export class Inbox {
  readonly consumer: string;
  readonly position: ConsumerPosition;
  private readonly handlers: Map<string, EventHandler[]>;
  private readonly tenants: TenantDatabase;
  private readonly outbox: Outbox;
  private readonly passedOver: ReadonlySet<string>;

  constructor(options: { consumer: string; handlers: EventHandler[]; tenants: TenantDatabase; outbox: Outbox }) {
    this.consumer = options.consumer;
    this.tenants = options.tenants;
    this.position = new ConsumerPosition(options.consumer, options.tenants);
    this.outbox = options.outbox;
    this.handlers = Map.groupBy(options.handlers, (handler) => handler.event.type);
    const apart = events().filter((event) => event.apart && !this.handlers.has(event.type));
    this.passedOver = new Set(apart.map(({ type }) => type));
  }

  /** Handles the event when it is its turn. */
  async handle(envelope: Envelope): Promise<Outcome> {
    if (this.passedOver.has(envelope.type)) return 'handled';
    return this.unlessDeleted(envelope, async (tx, envelope) => {
      const moved = await advance(tx, this.consumer, envelope);
      if (!moved) return this.standing(tx, envelope);
      await this.effect(tx, envelope);
      return 'handled';
    });
  }

  /**
   * Handles the event although its predecessors were not: they will never arrive. `tell` decides whether a beginning
   * that was never seen is reported; a gap after what was handled always is.
   */
  async pass(envelope: Envelope, reports: (gap: Gap) => boolean): Promise<{ outcome: Outcome; gap?: Gap }> {
    return this.unlessDeleted(envelope, async (tx, envelope) => {
      const last = await lockLast(tx, this.consumer, envelope);
      if (last >= envelope.sequence) return { outcome: 'duplicate' };
      await setLast(tx, this.consumer, envelope);
      const missing = last + 1 < envelope.sequence;
      const gap = missing ? { from: last + 1, to: envelope.sequence - 1, beginning: last === 0 } : undefined;
      if (gap) await insertGap(tx, { consumer: this.consumer, aggregate: envelope.subject, ...gap });
      if (gap && (!gap.beginning || reports(gap))) await insertGapLetter(tx, this.consumer, envelope, gap);
      await this.effect(tx, envelope);
      return { outcome: 'handled', ...(gap ? { gap } : {}) };
    });
  }

  /** Nothing is done for a deleted organisation; its events are passed. */
  private async unlessDeleted<T>(envelope: Envelope, work: (tx: Tx, envelope: Envelope) => Promise<T>): Promise<T> {
    try {
      return await this.tenants.as(visibility(envelope), (tx) => work(tx, envelope));
    } catch (error) {
      if (!(error instanceof OrganisationDeleted)) throw error;
      return this.tenants.as({}, (tx) => work(tx, { ...envelope, orgid: null, type: '' }));
    }
  }

  /** Where the event stands, without touching anything. */
  isNext(envelope: Envelope): Promise<boolean> {
    return isNext(this.tenants.reader({}), this.consumer, envelope);
  }

  private async standing(tx: Tx, envelope: Envelope): Promise<Outcome> {
    const { last, late } = await standingOf(tx, this.consumer, envelope);
    if (last < envelope.sequence) return 'ahead';
    return late ? 'late' : 'duplicate';
  }

  /** Runs the handlers in the given transaction. Throws when the data does not fit the contract. */
  async effect(tx: Tx, envelope: Envelope): Promise<void> {
    for (const { event, run } of this.handlers.get(envelope.type) ?? []) {
      await run({
        data: event.data.parse(envelope.data) as never,
        orgId: envelope.orgid ?? undefined,
        event: envelope,
        tx,
        emit: this.outbox.emitter(tx),
        meter: this.outbox.meterer(tx),
      });
    }
  }

  /** Counts an attempt that failed. */
  countFailure(envelope: Envelope, error: string): Promise<number> {
    return this.count(envelope, 'attempts', error);
  }

  /** Counts an attempt that is about to start and may kill the process. */
  countBegun(envelope: Envelope): Promise<number> {
    return this.count(envelope, 'begun', 'The process died while handling it.');
  }

  private count(envelope: Envelope, what: 'attempts' | 'begun', error: string): Promise<number> {
    return this.tenants.as({}, (tx) => countAttempt(tx, this.consumer, envelope, { what, error }));
  }

  /** Whether an event of this aggregate is being retried: its successors only wait for it then. */
  isFailing(envelope: Envelope): Promise<boolean> {
    return hasFailures(this.tenants.reader({}), this.consumer, envelope);
  }

  resetAttempts(eventId: string): Promise<unknown> {
    return this.tenants.as({}, (tx) => deleteAttempts(tx, this.consumer, eventId));
  }

  /** Stores the message with its error as a dead letter and lets the aggregate's next events pass. */
  bury(raw: string, envelope: Envelope | undefined, error: string, attempts: number): Promise<void> {
    return this.tenants.as({}, async (tx) => {
      await buryEvent(tx, { consumer: this.consumer, raw, envelope, error, attempts });
      if (!envelope) return;
      await closeGap(tx, { consumer: this.consumer, aggregate: envelope.subject, sequence: envelope.sequence });
      await passBuried(tx, this.consumer, envelope);
      await deleteAttempts(tx, this.consumer, envelope.id);
    });
  }
}

/** `events`: what was sent before its organisation was frozen is handled nevertheless (`enter_organisation`). */
export function visibility(envelope: Envelope): { orgId?: string; system?: string } {
  if (!envelope.orgid) return {};
  if (!isUuid(envelope.orgid)) throw new Error('The event names an organisation that is not a uuid.');
  return { orgId: envelope.orgid, system: 'events' };
}
