import { ensureDays } from '@tidegate/database/partitions';
import { WAIT_SUMS } from '@tidegate/monitor-agent/activity/wait-rollups.rows';
import { rollUpBackward, rollUpForward } from '@tidegate/monitor-agent/kernel/storage/roll-up';
import { storeRolledRange } from '@tidegate/monitor-agent/kernel/storage/rolled-ranges.rows';
import { DAY_MS, type FilledServer } from './statement-days.ts';

/** Snapshots ten seconds apart, each of some of these many statements. */
const EVERY_SECONDS = 10;
const STATEMENTS = 300;

/**
 * What sessions waited for: yesterday and today one by one, added up as the service does it; the year before is yesterday's sums
 * again and again. Snapshots of then are not read, so they are not there.
 */
export async function fillWaits({ tenants, orgId, serverId }: FilledServer, days: number): Promise<void> {
  const now = Date.now();
  const yesterday = Math.floor(now / DAY_MS) * DAY_MS - DAY_MS;
  await tenants.system('partitions', (tx) => ensureDays(tx, 'activity_samples', { back: 1, ahead: 1 }));
  await tenants.run(orgId, async (tx) => {
    await tx.query(
      `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting, others,
         longest_transaction_us, busy, groups, sessions, locks, waits, span_ms)
       select $1, $2, at, 40, 6, 30, 1, 1, 4, 0, 0, '[]', '[]', '[]', coalesce(w.waits, '[]'), $5 * 1000
         from generate_series($3::timestamptz, $4, make_interval(secs => $5)) at,
              lateral (select jsonb_agg(jsonb_build_array('active', type, event, (random() * ${STATEMENTS})::int::text, 'shop', 1)) as waits
                         from (values (null, null), ('IO', 'DataFileRead'), ('LWLock', 'WALWrite'), ('Lock', 'transactionid'),
                                      ('IO', 'WALSync'), ('Client', 'ClientRead')) v(type, event)
                        where at is not null and random() < 0.7) w`,
      [orgId, serverId, new Date(yesterday), new Date(now), EVERY_SECONDS],
    );
  });
  await tenants.run(orgId, async (tx) => {
    // The service itself has found no snapshots, where filling the rest took long.
    await storeRolledRange(tx, WAIT_SUMS, serverId, {
      from: new Date(yesterday + DAY_MS),
      until: new Date(yesterday + DAY_MS),
    });
    while (await rollUpForward(tx, WAIT_SUMS, serverId, now));
    while (await rollUpBackward(tx, WAIT_SUMS, serverId));
    await tx.query(
      `insert into wait_rollups (org_id, server_id, unit, begins_at, snapshots, span_ms, states, wait_types, wait_events, session_ms,
         statement_waits, query_ids, databases, statement_ms)
       select org_id, server_id, unit, begins_at - n * interval '24 hours', snapshots, span_ms, states, wait_types, wait_events, session_ms,
              statement_waits, query_ids, databases, statement_ms
         from wait_rollups, generate_series(1, $3::int) n
        where org_id = $1 and server_id = $2 and unit <> 'month' and begins_at < date_trunc('day', now(), 'UTC')
       on conflict do nothing`,
      [orgId, serverId, days],
    );
    for (let month = new Date(now); month.getTime() > now - days * DAY_MS; ) {
      const from = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth()));
      const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1));
      await WAIT_SUMS.rollUp(tx, serverId, 'month', { from, to });
      month = new Date(from.getTime() - 1);
    }
  });
}
