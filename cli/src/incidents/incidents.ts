import {
  type Component,
  deleteIncident,
  type Incident,
  type IncidentState,
  listIncidents,
  openIncident,
  updateIncident,
} from '@tidegate/contracts/notifier/incidents';
import { asOperator } from '../operator.ts';

export async function listAll({ json }: { json: boolean }): Promise<void> {
  const { items } = await asOperator((bus) => bus.call(listIncidents, { limit: 200 }));
  if (json) return void process.stdout.write(`${JSON.stringify(items, null, 2)}\n`);
  for (const one of items) process.stdout.write(describe(one));
  if (items.length === 0) process.stderr.write('There are no incidents.\n');
}

/** The operation judges states and components, and names those that there are. */
export async function open(
  title: string,
  text: string,
  { state, components }: { state: string | undefined; components: string | undefined },
): Promise<void> {
  const affected = components?.split(',').map((one) => one.trim()) as Component[] | undefined;
  const chosen = { ...(state && { state: state as IncidentState }), ...(affected && { components: affected }) };
  process.stdout.write(describe(await asOperator((bus) => bus.call(openIncident, { title, text, ...chosen }))));
}

export async function update(incidentId: string, state: string, text: string): Promise<void> {
  const input = { incidentId, state: state as IncidentState, text };
  process.stdout.write(describe(await asOperator((bus) => bus.call(updateIncident, input))));
}

export async function remove(incidentId: string): Promise<void> {
  await asOperator((bus) => bus.call(deleteIncident, { incidentId }));
  process.stdout.write(`${incidentId} removed\n`);
}

const describe = ({ id, title, components, updates }: Incident): string =>
  [
    `${id}  ${title}${components.length > 0 ? ` (${components.join(', ')})` : ''}`,
    ...updates.map(({ at, state, text }) => `  ${at.slice(0, 16).replace('T', ' ')}  ${state}: ${text}`),
    '',
  ].join('\n');
