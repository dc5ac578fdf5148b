import type { FeatureInfo, MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { unknownMeter } from '@tidegate/contracts/usage/leases';
import type { Meter } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';

export const findMeters = (tx: Tx): Promise<Meter[]> =>
  tx.query<Meter>('select meter, name, unit, description from meters order by meter');

/** How the events of each meter become a number. */
export async function findDefinitions(tx: Tx): Promise<Map<string, MeterDefinition>> {
  const rows = await tx.query<MeterDefinition & { meter: string }>(
    'select meter, aggregate, decimals, group_by as "groupBy", value from meters',
  );
  return new Map(rows.map(({ meter, ...definition }) => [meter, definition]));
}

type Described = Pick<FeatureInfo, 'key' | 'name' | 'unit' | 'description'> & { meter: MeterDefinition };

export async function saveMeters(tx: Tx, meters: readonly Described[]): Promise<void> {
  await tx.query(
    `insert into meters (meter, name, unit, description, aggregate, decimals, group_by, value)
     select m.meter, m.name, m.unit, m.description, m.aggregate, m.decimals, m."groupBy", m.value
       from json_to_recordset($1::json) as m(meter text, name text, unit text, description text, aggregate text,
                                             decimals smallint, "groupBy" text[], value text)
     on conflict (meter) do update
       set name = excluded.name, unit = excluded.unit, description = excluded.description,
           aggregate = excluded.aggregate, decimals = excluded.decimals, group_by = excluded.group_by,
           value = excluded.value`,
    [JSON.stringify(meters.map(({ key, meter, ...info }) => ({ ...info, ...meter, meter: key })))],
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
