import { Envelope } from '@tidegate/contracts/kernel/event';
import { OrganisationDeleted } from '@tidegate/database/deleted-organisations';
import { isUuid, newId } from '@tidegate/database/ids';
import type { Tenants } from '@tidegate/database/tenants';
import type { Tx } from '@tidegate/database/tx';
import type { EventHandler } from './handler.ts';
import type { Outbox } from './outbox.ts';

/*
 * The effect of an event, once and in order.
 *
 * One row per consumer and aggregate holds the number of the last event handled. It moves from n-1 to n in the very
 * transaction that carries the effect, and its lock keeps other replicas out meanwhile:
 *   number <= row      a duplicate: nothing to do
 *   number == row + 1  handle it
 *   number >  row + 1  its predecessor is still under way, here or in another replica: come back later
 * An aggregate without a row begins at its first event; when the stream no longer holds that (retention, or a
 * consumer made later), it begins at the oldest one left, which is certain once nothing earlier is outstanding.
 */
export type Outcome = 'handled' | 'duplicate' | 'too-early';

export class Inbox {
  private readonly consumer: string;
  private readonly handlers: Map<string, EventHandler[]>;
  private readonly tenants: Tenants;
  private readonly outbox: Outbox;

  constructor(options: { consumer: string; handlers: EventHandler[]; tenants: Tenants; outbox: Outbox }) {
    this.consumer = options.consumer;
    this.tenants = options.tenants;
    this.outbox = options.outbox;
    this.handlers = Map.groupBy(options.handlers, (handler) => handler.event.type);
  }

  /**
   * `nothingEarlier` asks whether any message before this one is still outstanding; `beforeEffect` runs when it is
   * this event's turn and may refuse by throwing.
   */
  async handle(
    envelope: Envelope,
    { nothingEarlier, beforeEffect }: { nothingEarlier: () => Promise<boolean>; beforeEffect: () => Promise<void> },
  ): Promise<Outcome> {
    const open = this.tenants.open(visibility(envelope));
    try {
      const outcome = await this.advance(open.tx, envelope, nothingEarlier);
      if (outcome !== 'handled') {
        await open.rollback();
        return outcome;
      }
      await beforeEffect();
      await this.effect(open.tx, envelope);
      await open.commit();
      return 'handled';
    } catch (error) {
      await open.rollback();
      if (!(error instanceof OrganisationDeleted)) throw error;
      // Nothing is done for an organisation that is gone; its events are passed.
      return this.handle({ ...envelope, orgid: null, type: '' }, { nothingEarlier, beforeEffect });
    }
  }

  private async advance(tx: Tx, envelope: Envelope, nothingEarlier: () => Promise<boolean>): Promise<Outcome> {
    const key = [this.consumer, envelope.subject];
    const moved = await tx.one<{ fresh: boolean }>(
      `insert into inbox as i (consumer, aggregate, sequence) values ($1, $2, $3)
       on conflict (consumer, aggregate) do update set sequence = excluded.sequence
         where i.sequence = excluded.sequence - 1
       returning xmax = 0 as fresh`,
      [...key, envelope.sequence],
    );
    if (moved) {
      const first = !moved.fresh || envelope.sequence === 1 || (await nothingEarlier());
      return first ? 'handled' : 'too-early';
    }
    const row = await tx.one<{ sequence: string }>(
      'select sequence from inbox where consumer = $1 and aggregate = $2',
      key,
    );
    return Number(row?.sequence ?? 0) >= envelope.sequence ? 'duplicate' : 'too-early';
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

  /** Counts an attempt that failed, or is about to be made for a message that keeps coming back. */
  countAttempt(eventId: string, error: string): Promise<number> {
    return this.tenants.as({}, async (tx) => {
      const row = await tx.one<{ attempts: number }>(
        `insert into inbox_failures as f (consumer, event_id, attempts, error) values ($1, $2, 1, $3)
         on conflict (consumer, event_id) do update set attempts = f.attempts + 1, error = excluded.error
         returning attempts`,
        [this.consumer, eventId, error],
      );
      return row?.attempts ?? 1;
    });
  }

  forgetAttempts(eventId: string): Promise<unknown> {
    return this.tenants.as({}, (tx) =>
      tx.query('delete from inbox_failures where consumer = $1 and event_id = $2', [this.consumer, eventId]),
    );
  }

  /** Puts the message aside with its error and lets the aggregate's next events pass. */
  bury(raw: string, envelope: Envelope | undefined, error: string, attempts: number): Promise<void> {
    return this.tenants.as({}, async (tx) => {
      await tx.query(
        `insert into dead_letters (id, consumer, event_id, type, aggregate, org_id, envelope, error, attempts)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (consumer, event_id) do nothing`,
        [
          newId(),
          this.consumer,
          envelope?.id ?? newId(),
          envelope?.type ?? 'unreadable',
          envelope?.subject ?? '',
          envelope?.orgid ?? null,
          raw,
          error,
          attempts,
        ],
      );
      if (!envelope) return;
      await tx.query(
        `insert into inbox as i (consumer, aggregate, sequence) values ($1, $2, $3)
         on conflict (consumer, aggregate) do update set sequence = greatest(i.sequence, excluded.sequence)`,
        [this.consumer, envelope.subject, envelope.sequence],
      );
      await tx.query('delete from inbox_failures where consumer = $1 and event_id = $2', [this.consumer, envelope.id]);
    });
  }
}

export function visibility(envelope: Envelope): { orgId?: string } {
  if (!envelope.orgid) return {};
  if (!isUuid(envelope.orgid)) throw new Error('The event names an organisation that is not a uuid.');
  return { orgId: envelope.orgid };
}
