import { unknownMeter } from '@tidegate/contracts/usage/leases';
import type { Tx } from '@tidegate/database/tx';
import { findMeters } from './meter.rows.ts';

export async function requireMeter(tx: Tx, meter: string): Promise<void> {
  const meters = (await findMeters(tx)).map((known) => known.meter);
  if (meters.includes(meter)) return;
  throw unknownMeter({ meter, meters }, `Meters are: ${meters.join(', ')}.`);
}
