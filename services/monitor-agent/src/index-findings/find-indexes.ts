import { setImmediate } from 'node:timers/promises';
import type { IndexFinding } from '@tidegate/contracts/monitor-agent/index-findings';
import type { Tx } from '@tidegate/database/tx';
import { dismissedFindings } from './dismissal.rows.ts';
import type { IndexSnapshot } from './index-facts.rules.ts';
import { findingId, findingsByTable, largestFirst } from './index-findings.rules.ts';
import { indexSnapshots } from './index-snapshot.rows.ts';

const TABLES_AT_ONCE = 20;

/** What is wrong with these indexes, the largest first. Others of this process go on in between. */
export async function judge(items: readonly IndexSnapshot[], now: number): Promise<IndexFinding[]> {
  const findings: IndexFinding[] = [];
  let tables = 0;
  for (const found of findingsByTable(items, now)) {
    findings.push(...found);
    tables += 1;
    if (tables % TABLES_AT_ONCE === 0) await setImmediate();
  }
  return largestFirst(findings);
}

/** What is wrong with the indexes of some tables of a database, and was not dismissed. */
export async function indexFindingsOf(
  tx: Tx,
  serverId: string,
  database: string,
  tables: readonly { oid: number }[],
): Promise<IndexFinding[]> {
  if (tables.length === 0) return [];
  const now = Date.now();
  const oids = tables.map(({ oid }) => oid);
  const { items } = await indexSnapshots(tx, serverId, database, now, oids);
  const dismissed = await dismissedFindings(tx, serverId);
  const found = [...findingsByTable(items, now)].flat();
  return largestFirst(found.filter((finding) => !dismissed.has(findingId(finding))));
}
