import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Lend } from '@tidegate/usage/leases/lend';
import type { Result } from './main.ts';
import { newOrganisation } from './quota.ts';
import { benchDatabase, median } from './servers.ts';

const ROUNDS = 3;
const REPLICAS = 4;
const HOLDERS = 16;
const WANT = 200;
const LIMIT = 1_000_000;
const METER = 'calls';

/**
 * A hard limit that is spent from leases: four replicas of usage with connections of their own lend slices of up to 200 to
 * sixteen holders each, who spend them in memory and ask for the next until nothing is left. What was spent must be the limit
 * to the unit.
 */
export async function leases(): Promise<Result> {
  const database = await benchDatabase(['libs/entitlements/migrations', 'services/usage/migrations']);
  const sources = await Promise.all(
    Array.from({ length: REPLICAS }, () => connectDatabase({ ...database.login, poolSize: 4 })),
  );
  const replicas = sources.map((source) => new TenantDatabase(source));
  process.stdout.write('round  units/s  leases  over\n');
  const rates: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { rate, taken, spent } = await spendAll(replicas);
    if (spent !== LIMIT) throw new Error(`${spent} were spent of ${LIMIT}.`);
    rates.push(rate);
    process.stdout.write(`${round}      ${rate.toFixed(0).padEnd(9)}${String(taken).padEnd(8)}${spent - LIMIT}\n`);
  }
  await Promise.all(sources.map((source) => source.destroy()));
  await database.stop();
  return {
    name: 'leases',
    value: Math.round(median(rates)),
    unit: 'units/s from four replicas, 0 over',
    ratio: 1,
    against: 'the limit itself',
  };
}

async function spendAll(replicas: TenantDatabase[]) {
  const [first] = replicas;
  if (!first) throw new Error('Replicas are needed.');
  const { orgId } = await newOrganisation(first, LIMIT);
  let [taken, spent] = [0, 0];
  const began = performance.now();
  await Promise.all(
    replicas.flatMap((tenants, replica) => {
      const lend = new Lend(tenants, undefined as never);
      return Array.from({ length: HOLDERS }, async (_, holder) => {
        const holderId = `${replica}-${holder}`;
        for (;;) {
          const request = { want: WANT, whole: false, holderId, leaseKey: newId(), ttlSeconds: 600, hold: false };
          const { granted } = await lend.take(orgId, METER, request);
          if (granted === 0) return;
          taken += 1;
          spent += granted;
        }
      });
    }),
  );
  return { rate: spent / ((performance.now() - began) / 1_000), taken, spent };
}
