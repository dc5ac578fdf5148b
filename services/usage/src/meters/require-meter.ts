import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { unknownMeter } from '@tidegate/contracts/usage/leases';
import type { Tx } from '@tidegate/database/tx';
import { findMeters } from './meter.rows.ts';

export async function requireMeter(refuse: Refuse<typeof unknownMeter>, tx: Tx, meter: string): Promise<void> {
  const meters = (await findMeters(tx)).map((known) => known.meter);
  if (meters.includes(meter)) return;
  throw refuse(unknownMeter, { meter, meters }, `Meters are: ${meters.join(', ')}.`);
}
