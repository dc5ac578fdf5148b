import { ROLE_SCOPES } from '@tidegate/contracts/identity/roles';
import { STORING_SERVICES } from '@tidegate/contracts/kernel/service-names';
import { MOST_ROW_BYTES } from '@tidegate/database/move/read-rows';
import { z } from 'zod';

/*
 * The file of an organisation, within its seal (libs/backup/src/kernel/sealed-stream.ts), as lines of JSON:
 *   {"format":1,"release":"0.2.0", …}                        who it is, and what has to fit
 *   {"service":"billing","table":"invoices","rows":2, …}     and so many lines, each a row as PostgreSQL writes it
 *   {"service":"notifier","key":"…"}                         with which the service has sealed its secrets
 *   {"end":12345}                                            lines in all; what has no such line is not whole
 */
export const FORMAT = 1;

const Name = z.string().min(1).max(63);
const Version = z.strictObject({
  of: z.enum(['plan', 'addon']),
  product: Name,
  name: Name,
  version: z.int().positive(),
  definition: z.unknown(),
});
export type Version = z.infer<typeof Version>;

const Person = z.strictObject({
  id: z.uuid().lowercase(),
  // As accounts have them: that of the first operator has no domain.
  email: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/)
    .max(254),
  name: z.string().max(200),
  locale: z.string().max(8).nullable(),
  timeZone: z.string().max(64).nullable(),
});
export type Person = z.infer<typeof Person>;

const StripePrice = z.strictObject({ id: z.string().max(64), lookupKey: z.string().max(300), livemode: z.boolean() });
export type StripePrice = z.infer<typeof StripePrice>;

export const Header = z.strictObject({
  format: z.literal(FORMAT),
  release: z.string().max(32),
  exportId: z.uuid(),
  organisation: z.strictObject({ id: z.uuid().lowercase(), name: z.string().max(200) }),
  at: z.iso.datetime(),
  /** Whether nothing was written at its home any more. */
  frozen: z.boolean(),
  people: z.array(Person).max(100_000),
  versions: z.array(Version).max(10_000),
  meters: z.array(z.strictObject({ meter: Name, decimals: z.int().min(0).max(18) })).max(1_000),
  stripeCustomers: z.array(z.string().max(64)).max(2),
  stripePrices: z.array(StripePrice).max(1_000),
});
export type Header = z.infer<typeof Header>;

export const Section = z.union([
  z.strictObject({
    service: z.enum(STORING_SERVICES),
    table: Name,
    rows: z.int().min(0),
    from: z.string().max(64).nullable(),
  }),
  z.strictObject({ service: z.enum(STORING_SERVICES), key: z.base64().length(44) }),
  z.strictObject({ end: z.int() }),
]);
export type Section = z.infer<typeof Section>;

/** What a file may not give: roles are checked by the database, scopes by what a role can have. */
export const GRANTABLE_SCOPES: readonly string[] = [...new Set(Object.values(ROLE_SCOPES).flat())];

/** Whole lines; one without an end, or of more than a row may have, is an error. */
export async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      yield Buffer.concat([...waiting, chunk.subarray(from, at)]).toString();
      [waiting, bytes] = [[], 0];
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    bytes += rest.length;
    if (bytes > MOST_ROW_BYTES) throw refused(`a line has more than ${MOST_ROW_BYTES / 1024 ** 2} MB`);
    if (rest.length > 0) waiting.push(rest);
  }
  if (bytes > 0) throw refused('it ends in the middle of a line');
}

export const refused = (why: string): Error =>
  new Error(`The file is refused: ${why}. Nothing of it was kept.\n  Fix: export the organisation again.`);
