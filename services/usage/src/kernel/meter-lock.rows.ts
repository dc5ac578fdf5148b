import type { Tx } from '@tidegate/database/tx';

/** Until the transaction ends nobody else counts events of these meters in this organisation. */
export async function lockMeters(tx: Tx, orgId: string, meters: readonly string[]): Promise<void> {
  for (const meter of [...new Set(meters)].sort()) {
    await tx.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || ' meter ' || $1 || $2, 0))", [
      orgId,
      meter,
    ]);
  }
}
