import { type DeadLetter, deadLetterFailed, deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import { Envelope } from '@tidegate/contracts/kernel/event';
import { conflict, notFound, ProblemError } from '@tidegate/contracts/kernel/problem';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { pageOf, readCursor } from '@tidegate/database/paging';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { countDeadLetters } from './dead-letter.rows.ts';
import { isOutage, reasonText } from './errors.ts';
import type { OperationContext, OperationHandler } from './handler.ts';
import { type Inbox, visibility } from './inbox.ts';

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
export function deadLetterHandlers(
  service: Exclude<ServiceName, 'gateway'>,
  { tenants, inboxes, log }: { tenants: TenantDatabase; inboxes: Map<string, Inbox>; log: Log },
): OperationHandler[] {
  const { list, replay, discard } = deadLetters[service];
  return [
    {
      operation: list,
      run: async ({ input, tx }: OperationContext) => {
        const { limit, cursor } = input as { limit: number; cursor?: string };
        const [after] = readCursor(cursor, 'uuid') ?? [];
        const rows = await tx.query<Row>(
          'select * from dead_letters where ($2::uuid is null or id > $2) order by id limit $1',
          [limit + 1, after ?? null],
        );
        return pageOf(rows, limit, toWire, ({ id }) => [id]);
      },
    },
    {
      operation: replay,
      run: async ({ input }: OperationContext) => {
        const { id } = input as { id: string };
        const row = await tenants.as({}, (tx) => tx.one<Row>('select * from dead_letters where id = $1', [id]));
        if (!row) throw notFound();
        const inbox = inboxes.get(row.consumer);
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
          throw await stillDead(tenants, id, error);
        }
        return {};
      },
    },
    {
      operation: discard,
      run: async ({ input, tx }: OperationContext) => {
        const { id, reason } = input as { id: string; reason: string };
        const row = await tx.one<Row>('delete from dead_letters where id = $1 returning *', [id]);
        if (!row) throw notFound();
        log.warn({ deadLetter: toWire(row), reason }, 'A dead letter was discarded');
        return {};
      },
    },
  ];
}

async function stillDead(tenants: TenantDatabase, id: string, reason: unknown): Promise<ProblemError> {
  const error = reasonText(reason);
  const row = await tenants.as({}, (tx) =>
    tx.one<{ attempts: number }>(
      'update dead_letters set error = $2, attempts = attempts + 1 where id = $1 returning attempts',
      [id, error],
    ),
  );
  return deadLetterFailed({ error, attempts: row?.attempts ?? 0 }, `${error}. Mend the cause, or discard it.`);
}
