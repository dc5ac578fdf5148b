import type { FeatureInfo, MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { unknownMeter } from '@tidegate/contracts/usage/leases';
import type { Meter } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';

export const findMeters = (tx: Tx): Promise<Meter[]> =>
  tx.query<Meter>(
    'select meter, name, unit, description, aggregate, decimals, group_by as "groupBy" from meters order by meter',
  );

/** Name, and digits behind the point. */
export async function findNamed(
  tx: Tx,
  meters: readonly string[],
): Promise<Map<string, { name: string; decimals: number }>> {
  const rows = await tx.query<{ meter: string; name: string; decimals: number }>(
    'select meter, name, decimals from meters where meter = any($1::text[])',
    [meters],
  );
  return new Map(rows.map(({ meter, ...named }) => [meter, named]));
}

/** How the events of each meter become a number; of meters that are only named so far nobody knows. */
export async function findDefinitions(tx: Tx): Promise<Map<string, MeterDefinition>> {
  const rows = await tx.query<MeterDefinition & { meter: string }>(
    'select meter, aggregate, decimals, group_by as "groupBy", value from meters where described',
  );
  return new Map(rows.map(({ meter, ...definition }) => [meter, definition]));
}

type Described = Pick<FeatureInfo, 'key' | 'name' | 'unit' | 'description'> & { meter: MeterDefinition };

export async function saveMeters(tx: Tx, meters: readonly Described[]): Promise<void> {
  const keys = meters.filter(({ meter }) => meter.decimals > 0).map(({ key }) => key);
  const late = await tx.query<{ meter: string }>(
    'select meter from meters where not described and meter = any($1::text[])',
    [keys],
  );
  await tx.query(
    `insert into meters (meter, name, unit, description, aggregate, decimals, group_by, value)
     select m.meter, m.name, m.unit, m.description, m.aggregate, m.decimals, m."groupBy", m.value
       from json_to_recordset($1::json) as m(meter text, name text, unit text, description text, aggregate text,
                                             decimals smallint, "groupBy" text[], value text)
     on conflict (meter) do update
       set name = excluded.name, unit = excluded.unit, description = excluded.description,
           aggregate = excluded.aggregate, decimals = excluded.decimals, group_by = excluded.group_by,
           value = excluded.value, described = true`,
    [JSON.stringify(meters.map(({ key, meter, ...info }) => ({ ...info, ...meter, meter: key })))],
  );
  // Limits that came before the description are in units.
  if (late.length > 0) {
    await tx.as({ system: 'ingest' }).query(
      `update quotas q set quota = least(q.quota * power(10::numeric, m.decimals), 9007199254740991),
              draws_from = least(q.draws_from * power(10::numeric, m.decimals), 9007199254740991)
         from meters m where q.meter = m.meter and m.meter = any($1::text[])`,
      [late.map(({ meter }) => meter)],
    );
  }
}

/** Stores meters by their key only, until the catalogue describes them. */
export async function nameMeters(tx: Tx, keys: readonly string[]): Promise<void> {
  await tx.query(
    `insert into meters (meter, name, described) select key, key, false from unnest($1::text[]) as t(key)
      where not exists (select 1 from meters m where m.meter = key) on conflict do nothing`,
    [keys],
  );
}

/** The meter; throws `unknown_meter` with the meters that exist. */
export async function requireMeter(refuse: Refuse<typeof unknownMeter>, tx: Tx, meter: string): Promise<Meter> {
  const known = await findMeters(tx);
  const found = known.find((one) => one.meter === meter);
  if (found) return found;
  const meters = known.map((one) => one.meter);
  throw refuse(unknownMeter, { meter, meters }, `Meters are: ${meters.join(', ')}.`);
}
