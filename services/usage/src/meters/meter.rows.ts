import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { unknownMeter } from '@tidegate/contracts/usage/leases';
import type { Meter } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';

export const findMeters = (tx: Tx): Promise<Meter[]> =>
  tx.query<Meter>('select meter, name, unit, description from meters order by meter');

export async function saveMeters(
  tx: Tx,
  meters: readonly { key: string; name: string; unit: string; description: string }[],
): Promise<void> {
  await tx.query(
    `insert into meters (meter, name, unit, description)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
     on conflict (meter) do update set name = excluded.name, unit = excluded.unit, description = excluded.description`,
    [
      meters.map((meter) => meter.key),
      meters.map((meter) => meter.name),
      meters.map((meter) => meter.unit),
      meters.map((meter) => meter.description),
    ],
  );
}

/** Stores meters by their key only, until the catalogue describes them. */
export async function nameMeters(tx: Tx, keys: readonly string[]): Promise<void> {
  await tx.query(
    `insert into meters (meter, name) select key, key from unnest($1::text[]) as t(key)
      where not exists (select 1 from meters m where m.meter = key) on conflict do nothing`,
    [keys],
  );
}

/** Throws `unknown_meter` with the meters that exist. */
export async function requireMeter(refuse: Refuse<typeof unknownMeter>, tx: Tx, meter: string): Promise<void> {
  const meters = (await findMeters(tx)).map((known) => known.meter);
  if (meters.includes(meter)) return;
  throw refuse(unknownMeter, { meter, meters }, `Meters are: ${meters.join(', ')}.`);
}
