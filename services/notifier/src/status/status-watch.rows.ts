import { COMPONENTS, WATCH_GAP_SECONDS } from '@tidegate/contracts/notifier/incidents';
import type { Tx } from '@tidegate/database/tx';
import { noteState } from './component-state.rows.ts';

/**
 * A gateway looks, and has done so since `watchedFrom` without a break. If none did for a while before that, nobody could
 * be served either: every part was down from then on. Clocks of gateways that are ahead make no gap.
 */
export async function noteWatch(tx: Tx, watchedFrom: string): Promise<void> {
  const before = await tx.one<{ until: Date; gap: boolean }>(
    `select watched_until as until, least($1::timestamptz, now()) - watched_until > make_interval(secs => $2) as gap
       from status_watch for update`,
    [watchedFrom, WATCH_GAP_SECONDS],
  );
  if (before?.gap) {
    const since = before.until.toISOString();
    for (const component of COMPONENTS) await noteState(tx, { component, state: 'down', since });
  }
  await tx.query(
    `insert into status_watch (watched_until) values (now())
     on conflict (one) do update set watched_until = greatest(status_watch.watched_until, excluded.watched_until)`,
  );
}
