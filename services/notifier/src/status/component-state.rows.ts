import { type Component, type ComponentState, STATUS_DAYS } from '@tidegate/contracts/notifier/incidents';
import type { Tx } from '@tidegate/database/tx';

export interface StateRow {
  component: Component;
  state: ComponentState;
  since: Date;
}

/** With the one that was there at the begin of what is shown. */
export const readStates = (tx: Tx): Promise<StateRow[]> =>
  tx.query<StateRow>('select component, state, since from component_states order by component, since');

/** Only what differs from what was there before it: several gateways see the same, and each may send again. */
export async function noteState(
  tx: Tx,
  { component, state, since }: { component: string; state: string; since: string },
) {
  await tx.query(
    `insert into component_states (component, state, since)
     select $1, $2, least($3::timestamptz, now())
      where $2 is distinct from (
        select state from component_states where component = $1 and since <= $3 order by since desc limit 1)
     on conflict (component, since) do update set state = excluded.state`,
    [component, state, since],
  );
}

/** The newest of those that are too old says what was there at the begin, and stays. */
export async function deleteOldStates(tx: Tx): Promise<void> {
  await tx.query(
    `delete from component_states old
      where since < now() - make_interval(days => $1)
        and exists (select 1 from component_states newer
                     where newer.component = old.component and newer.since > old.since
                       and newer.since < now() - make_interval(days => $1))`,
    [STATUS_DAYS],
  );
}
