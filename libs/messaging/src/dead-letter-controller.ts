import { Controller, type Type } from '@nestjs/common';
import { deadLetterFailed, deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import { Envelope } from '@tidegate/contracts/kernel/event';
import { conflict, notFound, ProblemError, type Refuse } from '@tidegate/contracts/kernel/problem';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { BusTransport } from './bus-transport.ts';
import {
  countDeadLetters,
  countReplay,
  deleteDeadLetter,
  findDeadLetter,
  listDeadLetters,
  toWire,
} from './dead-letter.rows.ts';
import { isOutage, reasonText } from './errors.ts';
import { Handles, type OperationContext } from './handler.ts';
import { visibility } from './inbox.ts';
import { wordsOf } from './letter-words.rules.ts';

/** Not an event, or events that are lost. */
const NEVER_REPLAYED = new Set(['unreadable', 'gap']);

/** How many there are, counted at each scrape. Every replica reports the same number. */
export const watchDeadLetters = (service: ServiceName, tenants: TenantDatabase): (() => void) =>
  new Metrics().watched(
    'tidegate_dead_letters',
    'Events that wait for the operator: dead letters, late ones and gaps',
    { service },
    () => countDeadLetters(tenants),
  );

/** The three operations with which an operator handles what a service could not. */
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
      const rows = await listDeadLetters(tx, limit + 1, after);
      return pageOf(rows, limit, toWire, ({ id }) => [id]);
    }

    @Handles(replay)
    async replay({ input: { id }, refuse }: OperationContext<typeof replay>) {
      const { tenants } = this;
      const row = orNotFound(await tenants.as({}, (tx) => findDeadLetter(tx, id)));
      const inbox = this.transport.inboxes.get(row.consumer);
      if (!inbox || NEVER_REPLAYED.has(row.type)) {
        throw conflict({}, 'There is nothing to replay. Discard it.');
      }
      try {
        const envelope = Envelope.parse(JSON.parse(row.envelope));
        await tenants.as(visibility(envelope), async (tx) => {
          if (!(await deleteDeadLetter(tx, id))) throw notFound();
          await inbox.effect(tx, envelope);
        });
      } catch (error) {
        if (error instanceof ProblemError || isOutage(error)) throw error;
        throw await stillDead(refuse, tenants, id, error);
      }
      return {};
    }

    @Handles(discard)
    async discard({ input: { id, reason }, caller, tx }: OperationContext<typeof discard>) {
      const row = orNotFound(await deleteDeadLetter(tx, id));
      const by = { kind: caller.kind, userId: caller.userId, keyId: caller.keyId };
      this.log.warn({ deadLetter: toWire(row), reason, by }, 'A dead letter was discarded');
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
  const text = reasonText(reason);
  const attempts = await tenants.as({}, (tx) => countReplay(tx, id, text));
  const error = wordsOf(text);
  return refuse(deadLetterFailed, { error, attempts }, `${error.replace(/\.$/, '')}. Fix the cause, or discard it.`);
}
