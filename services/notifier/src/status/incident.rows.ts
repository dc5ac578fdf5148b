import {
  COMPONENTS,
  type Component,
  type Incident,
  type IncidentState,
  STATUS_DAYS,
} from '@tidegate/contracts/notifier/incidents';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';

export interface IncidentRow {
  id: string;
  title: string;
  components: Component[];
  state: IncidentState;
  started_at: Date;
  resolved_at: Date | null;
  updates: { at: string; state: IncidentState; text: string }[];
}

const WITH_UPDATES = `select i.id, i.title, i.components, i.state, i.started_at, i.resolved_at,
    (select coalesce(json_agg(json_build_object('at', u.at, 'state', u.state, 'text', u.text) order by u.id desc), '[]')
       from incident_updates u where u.incident_id = i.id) as updates
   from incidents i`;

/** The newest first; ids are ordered by time. */
export const pageOfIncidents = (tx: Tx, limit: number, before: string | undefined): Promise<IncidentRow[]> =>
  tx.query<IncidentRow>(`${WITH_UPDATES} where $2::uuid is null or i.id < $2 order by i.id desc limit $1`, [
    limit,
    before ?? null,
  ]);

export const findIncident = (tx: Tx, id: string): Promise<IncidentRow | undefined> =>
  tx.one<IncidentRow>(`${WITH_UPDATES} where i.id = $1`, [id]);

export async function insertIncident(
  tx: Tx,
  { title, components, state }: { title: string; components: readonly Component[]; state: IncidentState },
): Promise<string> {
  const id = newId();
  await tx.query(
    `insert into incidents (id, title, components, state, resolved_at)
     values ($1, $2, $3, $4, case when $4 = 'resolved' then now() end)`,
    [id, title, COMPONENTS.filter((one) => components.includes(one)), state],
  );
  return id;
}

/** False when there is no such incident. */
export async function addUpdate(tx: Tx, id: string, state: IncidentState, text: string): Promise<boolean> {
  const found = await tx.one(
    `update incidents set state = $2, resolved_at = case when $2 = 'resolved' then coalesce(resolved_at, now()) end
      where id = $1 returning id`,
    [id, state],
  );
  if (!found) return false;
  await tx.query('insert into incident_updates (incident_id, id, state, text) values ($1, $2, $3, $4)', [
    id,
    newId(),
    state,
    text,
  ]);
  return true;
}

export const removeIncident = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.one('delete from incidents where id = $1 returning id', [id])) !== undefined;

/** Those that ended longer ago than what is shown, and those that nobody ever ended. */
export async function deleteOldIncidents(tx: Tx): Promise<void> {
  await tx.query(
    'delete from incidents where coalesce(resolved_at, started_at + make_interval(days => $1)) < now() - make_interval(days => $1)',
    [STATUS_DAYS],
  );
}

export const toWire = (row: IncidentRow): Incident => ({
  id: row.id,
  title: row.title,
  components: row.components,
  state: row.state,
  startedAt: row.started_at.toISOString(),
  resolvedAt: row.resolved_at?.toISOString() ?? null,
  updates: row.updates.map(({ at, state, text }) => ({ at: new Date(at).toISOString(), state, text })),
});
