import { Controller, type Type } from '@nestjs/common';
import { type DeadLetter, deadLetterFailed, deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import { Envelope } from '@tidegate/contracts/kernel/event';
import { conflict, notFound, ProblemError, type Refuse } from '@tidegate/contracts/kernel/problem';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { BusTransport } from './bus-transport.ts';
import { countDeadLetters } from './dead-letter.rows.ts';
import { isOutage, reasonText } from './errors.ts';
import { Handles, type OperationContext } from './handler.ts';
import { visibility } from './inbox.ts';

/** Not an event, or events that nobody has. */
const NEVER_REPLAYED = new Set(['unreadable', 'gap']);

interface Row {
  id: string;
  consumer: string;
  event_id: string;
  type: string;
  aggregate: string;
  envelope: string;
  error: string;
  attempts: number;
  died_at: Date;
}

const toWire = (row: Row): DeadLetter => ({
  id: row.id,
  consumer: row.consumer,
  eventId: row.event_id,
  type: row.type,
  aggregate: row.aggregate,
  error: row.error,
  attempts: row.attempts,
  diedAt: row.died_at.toISOString(),
});

/** How many there are, counted when somebody looks. Every replica says the same number. */
export const watchDeadLetters = (service: ServiceName, tenants: TenantDatabase): (() => void) =>
  new Metrics().watched(
    'tidegate_dead_letters',
    'Events that wait for the operator: dead letters, late ones and gaps',
    { service },
    () => countDeadLetters(tenants),
  );

/** The three operations with which an operator works off what a service could not handle. */
export function deadLetterController(service: Exclude<ServiceName, 'gateway'>): Type {
  const { list, replay, discard } = deadLetters[service];

  @Controller()
  class DeadLetterOperations {
    constructor(
      private readonly tenants: TenantDatabase,
      private readonly transport: BusTransport,
      private readonly log: Log,
    ) {}

    @Handles(list)
    async list({ input: { limit, cursor }, tx }: OperationContext<typeof list>) {
      const [after] = readCursor(cursor, 'uuid') ?? [];
      const rows = await tx.query<Row>(
        'select * from dead_letters where ($2::uuid is null or id > $2) order by id limit $1',
        [limit + 1, after ?? null],
      );
      return pageOf(rows, limit, toWire, ({ id }) => [id]);
    }

    @Handles(replay)
    async replay({ input: { id }, refuse }: OperationContext<typeof replay>) {
      const { tenants } = this;
      const row = await tenants.as({}, (tx) => tx.one<Row>('select * from dead_letters where id = $1', [id]));
      if (!row) throw notFound();
      const inbox = this.transport.inboxes.get(row.consumer);
      if (!inbox || NEVER_REPLAYED.has(row.type)) {
        throw conflict({}, 'There is nothing here that could be handled again. Discard it.');
      }
      try {
        const envelope = Envelope.parse(JSON.parse(row.envelope));
        await tenants.as(visibility(envelope), async (tx) => {
          const mine = await tx.one('delete from dead_letters where id = $1 returning id', [id]);
          if (!mine) throw notFound();
          await inbox.effect(tx, envelope);
        });
      } catch (error) {
        if (error instanceof ProblemError || isOutage(error)) throw error;
        throw await stillDead(refuse, tenants, id, error);
      }
      return {};
    }

    @Handles(discard)
    async discard({ input: { id, reason }, tx }: OperationContext<typeof discard>) {
      const row = await tx.one<Row>('delete from dead_letters where id = $1 returning *', [id]);
      if (!row) throw notFound();
      this.log.warn({ deadLetter: toWire(row), reason }, 'A dead letter was discarded');
      return {};
    }
  }

  return DeadLetterOperations;
}

async function stillDead(
  refuse: Refuse<typeof deadLetterFailed>,
  tenants: TenantDatabase,
  id: string,
  reason: unknown,
): Promise<ProblemError> {
  const error = reasonText(reason);
  const row = await tenants.as({}, (tx) =>
    tx.one<{ attempts: number }>(
      'update dead_letters set error = $2, attempts = attempts + 1 where id = $1 returning attempts',
      [id, error],
    ),
  );
  return refuse(deadLetterFailed, { error, attempts: row?.attempts ?? 0 }, `${error}. Mend the cause, or discard it.`);
}
