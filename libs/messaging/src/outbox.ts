import type { Event, EventData } from '@tidegate/contracts/kernel/event';
import { bodyTooLarge } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { currentTrace, toTraceparent } from '@tidegate/telemetry/trace';
import type { Emit, Meter, Use } from './handler.ts';
import { insertEvent, insertMessage } from './outbox.rows.ts';
import { MAX_EVENT_BYTES } from './wire.ts';

/*
 * An event is a row in the transaction that changes the state: both happen or neither. Its number within the
 * aggregate is taken from a row that the transaction locks, so numbers have no gaps and rise in commit order;
 * consumers order and deduplicate by nothing else.
 */
export class Outbox {
  private readonly service: string;
  private readonly wake: () => void;

  /** `wake` is called after each commit that wrote to the outbox. */
  constructor(service: string, wake: () => void) {
    this.service = service;
    this.wake = wake;
  }

  async emit<E extends Event>(tx: Tx, event: E, data: EventData<E>, orgId = tx.orgId): Promise<void> {
    if (event.service !== this.service) throw new Error(`${this.service} may not emit ${event.type}.`);
    const body = event.data.parse(data) as EventData<E>;
    const text = JSON.stringify(body);
    // nats-server would always refuse it, and the aggregate's next events would wait behind it.
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_EVENT_BYTES) {
      throw bodyTooLarge(
        { limitBytes: MAX_EVENT_BYTES },
        `${event.type} would have ${bytes} bytes; the limit is ${MAX_EVENT_BYTES}. Send less at once.`,
      );
    }
    const aggregate = event.aggregate(body);
    await insertEvent(tx, { subject: event.subject, aggregate, orgId, trace: trace(), body: text });
    tx.onCommit(this.wake);
  }

  /** One use of a meter, as a message of the usage stream. */
  async meter(tx: Tx, meter: string, quantity: number, { key, at = new Date(), lease }: Use): Promise<void> {
    if (!tx.orgId) throw new Error('Usage belongs to an organisation: this transaction has none.');
    const use = { id: key, org: tx.orgId, meter, quantity, at: at.toISOString(), source: this.service, lease };
    await insertMessage(tx, { subject: `usage.${tx.orgId}.${meter}`, orgId: tx.orgId, body: JSON.stringify([use]) });
    tx.onCommit(this.wake);
  }

  emitter(tx: Tx): Emit {
    return (event, data, options) => this.emit(tx, event, data, options?.orgId ?? tx.orgId);
  }

  meterer(tx: Tx): Meter {
    return (meter, quantity, options) => this.meter(tx, meter, quantity, options);
  }
}

function trace(): string | null {
  const current = currentTrace();
  return current ? toTraceparent(current) : null;
}
