import type { Tx } from '@tidegate/database/tx';

/** A page on which a package is bought, with the package as it is sold there. */
export interface PackageSession {
  session_id: string;
  package: string;
  name: string;
  feature: string;
  /** Units of one. */
  amount: string;
  expires_days: number | null;
  quantity: number;
}

export async function savePackageSession(tx: Tx, session: PackageSession): Promise<void> {
  await tx.query(
    `insert into stripe_package_sessions (org_id, session_id, package, name, feature, amount, expires_days, quantity)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      tx.orgId,
      session.session_id,
      session.package,
      session.name,
      session.feature,
      session.amount,
      session.expires_days,
      session.quantity,
    ],
  );
}

/** Pages that may have been paid since they were last asked for. */
export const openPackageSessions = (tx: Tx, orgId: string): Promise<PackageSession[]> =>
  tx.query<PackageSession>(
    `select session_id, package, name, feature, amount, expires_days, quantity from stripe_package_sessions
      where org_id = $1 and state = 'open' order by created_at limit 100`,
    [orgId],
  );

export async function closePackageSession(tx: Tx, sessionId: string, state: 'paid' | 'expired'): Promise<void> {
  await tx.query(
    "update stripe_package_sessions set state = $3 where org_id = $1 and session_id = $2 and state = 'open'",
    [tx.orgId, sessionId, state],
  );
}
