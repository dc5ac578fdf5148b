import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type StreamKey, sealStream } from '@tidegate/backup/kernel/sealed-stream';
import { newId } from '@tidegate/database/ids';
import type { LazyTransaction } from '@tidegate/database/lazy-transaction';
import { findMoving, parked } from '@tidegate/database/move/moving-organisations';
import { readRows, sizeOf } from '@tidegate/database/move/read-rows';
import type { Tx } from '@tidegate/database/tx';
import { VERSION } from '../kernel/installation.ts';
import {
  findMeters,
  findOrganisation,
  findPeople,
  findStripeCustomers,
  findStripePrices,
  findVersions,
} from './move.rows.ts';
import { FORMAT, type Header, type Section } from './move-file.ts';
import { type MovingService, serviceOf } from './moving-services.ts';

/*
 * An organisation as a file: of each service one snapshot, read a page at a time, so that a year of samples takes no more memory
 * than a day. The secrets in it stay sealed with the organisation's own keys, which are in the file, which is sealed as a
 * whole. It has its name once it is whole.
 */
export interface Exported {
  organisation: { id: string; name: string };
  exportId: string;
  frozen: boolean;
  rows: Record<string, number>;
}

interface Reading extends MovingService {
  transaction: LazyTransaction;
  tx: Tx;
}

export async function exportOrganisation(
  services: readonly MovingService[],
  orgId: string,
  to: string,
  key: StreamKey,
): Promise<Exported> {
  if (existsSync(to)) throw new Error(`${to} is there already.\n  Fix: name another file.`);
  const reading: Reading[] = services.map((one) => {
    const transaction = one.tenants.moving(orgId, { reading: true });
    return { ...one, transaction, tx: transaction.tx };
  });
  const part = `${to}.part`;
  try {
    const header = await headerOf(reading, orgId);
    const rows: Record<string, number> = {};
    await pipeline(sealStream(linesOf(reading, header, rows), key), createWriteStream(part, { mode: 0o600 }));
    const file = await open(part, 'r+');
    await file.sync().finally(() => file.close());
    renameSync(part, to);
    return { organisation: header.organisation, exportId: header.exportId, frozen: header.frozen, rows };
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    for (const { transaction } of reading) await transaction.rollback();
  }
}

async function headerOf(reading: readonly Reading[], orgId: string): Promise<Header> {
  const identity = serviceOf(reading, 'identity') as Reading;
  const billing = serviceOf(reading, 'billing') as Reading;
  const organisation = await findOrganisation(identity.tx, orgId);
  if (!organisation)
    throw new Error(
      `There is no organisation ${orgId} here.\n  Fix: npx tidegate organisations list --q NAME shows ids.`,
    );
  if (organisation.demo) throw new Error('A demo is not moved.\n  Fix: npx tidegate demo --fill where you want one.');
  const states: (string | undefined)[] = [];
  for (const { tx } of reading) states.push((await findMoving(tx, orgId))?.state);
  if (states.includes('arriving'))
    throw new Error(
      'It has not arrived here as a whole.\n  Fix: npx tidegate organisations import, of the file that it comes with.',
    );
  return {
    format: FORMAT,
    release: VERSION,
    exportId: newId(),
    organisation: { id: orgId, name: organisation.name },
    at: new Date().toISOString(),
    frozen: states.every((state) => state === 'frozen'),
    people: await findPeople(identity.tx, identity.tables),
    versions: await findVersions(billing.tx, billing.arrival.versions ?? []),
    meters: await findMeters((serviceOf(reading, 'usage') as Reading).tx),
    stripeCustomers: await findStripeCustomers(billing.tx),
    stripePrices: await findStripePrices(billing.tx),
  };
}

async function* linesOf(
  reading: readonly Reading[],
  header: Header,
  counts: Record<string, number>,
): AsyncGenerator<string> {
  const line = (section: Header | Section): string => `${JSON.stringify(section)}\n`;
  yield line(header);
  let lines = 1;
  for (const { service, vault, tx, tables, queues } of reading) {
    counts[service] = 0;
    for (const table of tables) {
      const { rows, from } = await sizeOf(tx, table);
      if (rows === 0) continue;
      yield line({ service, table: table.name, rows, from });
      for await (const page of readRows(tx, table)) yield `${page.join('\n')}\n`;
      lines += rows + 1;
      counts[service] += rows;
    }
    for (const queue of queues) {
      const rows = header.frozen ? await parked(tx, queue) : (await allOf(readRows(tx, queue))).flat();
      if (rows.length === 0) continue;
      yield line({ service, table: queue.name, rows: rows.length, from: null });
      yield `${rows.join('\n')}\n`;
      lines += rows.length + 1;
    }
    const key = await vault?.takeKey(tx, header.organisation.id);
    if (!key) continue;
    yield line({ service, key: key.toString('base64') });
    lines += 1;
  }
  yield line({ end: lines });
}

async function allOf<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}
