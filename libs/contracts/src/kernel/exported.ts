import { z } from 'zod';
import { operation } from './operation.ts';
import { STORING_SERVICES, type StoringService } from './service-names.ts';

/** Why a column is left out of an export. */
export const WITHHELD = {
  secret: 'a password, a key, a token, or something from which one could be guessed',
  internal: 'how the software works, and worth nothing outside of it',
  listed: 'large, and in a list of its own in the API',
  operator: 'a note or the name of the operator, who is not the customer',
} as const;

/** A table of which an organisation gets its rows: the columns that it gets, and why not the others. Names with a space between. */
export interface ExportedTable {
  columns: string;
  without?: Partial<Record<keyof typeof WITHHELD, string>>;
  /** Columns of one row of a table without tenant that this row names. */
  beside?: { table: string; by: string; key: string; columns: string };
}

/** What a service exports of an organisation: a decision on every table that has an `org_id`, held by `e2e/data-export.ts`. */
export interface Exported {
  tables: Readonly<Record<string, ExportedTable>>;
  /** Tables that are not exported, and why. */
  without: Readonly<Record<string, string>>;
  moves: Moved;
}

/**
 * What an operator takes along who moves an organisation to another installation (`tidegate organisations export`): whole
 * rows, secrets sealed as they are, where a customer's export has chosen columns. Held by `e2e/data-export.ts` as well.
 */
export interface Moved {
  /** Tables with a space between. `table.column` where its organisation stands in another column than `org_id`. */
  tables: string;
  /** Tables without tenant from which loops take work: parked while the organisation is frozen. */
  queues: string;
  /** Tables that stay behind, and why. */
  stays: Readonly<Record<string, string>>;
}

/** The same in every service. */
export const STAYS = {
  data_keys: 'the key goes into the file itself and is wrapped by a master key of the other installation',
  idempotency_keys: 'answers that are kept for a repeated request, for a day',
  outbox: 'a freeze waits until it is sent',
  dead_letters: 'events that failed here, for the operator of this installation',
  deleted_organisations: 'of this installation',
  moving_organisations: 'of this installation',
} as const;

/** The same in every service. */
export const UPKEEP = {
  data_keys: 'the key of its secrets, wrapped',
  entitlements: 'a copy of what billing exports',
  idempotency_keys: 'answers that are kept for a repeated request, for a day',
} as const;

/** Where an export has arrived in a service: after the row with this key. */
export const ExportPlace = z.strictObject({ table: z.string().max(63), key: z.array(z.string()).max(16) });
export type ExportPlace = z.infer<typeof ExportPlace>;

const exportRows = (service: StoringService) =>
  operation({
    service,
    name: 'export.read',
    scope: 'service',
    summary: `The next rows that ${service} exports of an organisation`,
    input: z.strictObject({ after: ExportPlace.nullable() }),
    output: z.object({
      items: z.array(
        z.object({
          table: z.string(),
          /** null: a row that is larger than a message. */
          data: z.record(z.string(), z.unknown()).nullable(),
        }),
      ),
      /** null: there is no more. */
      next: ExportPlace.nullable(),
    }),
    readonly: true,
    deadlineMs: 20_000,
  });

/** Every service that stores something implements this, by its allow-list. */
export const exports = Object.fromEntries(STORING_SERVICES.map((service) => [service, exportRows(service)])) as Record<
  StoringService,
  ReturnType<typeof exportRows>
>;
