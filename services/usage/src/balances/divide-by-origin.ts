import { describeKeys } from '@tidegate/contracts/identity/api-keys';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import type { HistoryGroup, UsageKey } from '@tidegate/contracts/usage/dimensions';
import type { Meter, UsageOrigin } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';
import type { Bus } from '@tidegate/messaging/bus';
import { findGroups, findMainSource } from './group.rows.ts';
import { groupsFor, type StepSum, toGroups } from './group.rules.ts';

/** Places in an origin, from 1. */
const PLACE = { source: 1, key: 2 } as const;
/** Names are an addition: without them the figures are shown all the same. */
const NAMES_MS = 2_000;

/** Which keys there are, and what each does, is not for everybody who may see the organisation's usage. */
export function requireKeys({ scopes }: Pick<Caller, 'scopes'>): void {
  if (!scopes.includes('keys:read')) {
    throw forbidden({ scope: 'keys:read' }, 'Usage by API key needs the scope keys:read.');
  }
}

/** What the steps add up to by source or by key. */
export async function divideByOrigin(
  tx: Tx,
  bus: Bus,
  asked: { orgId: string; meter: Meter; by: UsageOrigin; steps: readonly StepSum[]; stop: string },
): Promise<HistoryGroup[]> {
  const { orgId, by, steps, stop } = asked;
  const { meter, decimals } = asked.meter;
  const starts = steps.map(({ start }) => start);
  const most = groupsFor(steps.length);
  const of = { orgId, meter, starts, stop, by: [PLACE[by]], having: [], most };
  const rows = await findGroups(tx, { ...of, of: 'origins' });
  const main = by === 'source' ? await findMainSource(tx, orgId, meter) : undefined;
  // What is not counted apart is of the main source and of no key.
  const rest = (start: string) => [main && !(main.since && new Date(start) < main.since) ? main.source : ''];
  const groups = toGroups({ names: [by], decimals, rest }, steps, rows);
  const originIn = ({ dimensions, others }: HistoryGroup) => (others ? null : (dimensions[by] ?? null));
  if (by === 'source') return groups.map((group) => ({ ...group, dimensions: {}, source: originIn(group) }));
  const keys = await namesOf(bus, orgId, groups.map(originIn));
  return groups.map((group) => ({ ...group, dimensions: {}, key: keys.get(originIn(group) ?? '') ?? null }));
}

/** Also of keys that were revoked. */
async function namesOf(bus: Bus, orgId: string, ids: readonly (string | null)[]): Promise<Map<string, UsageKey>> {
  const keyIds = ids.filter((id) => id !== null);
  const keys = new Map(keyIds.map((id): [string, UsageKey] => [id, unnamed(id)]));
  if (keyIds.length === 0) return keys;
  const { items } = await bus
    .call(describeKeys, { keyIds }, { orgId, deadlineMs: NAMES_MS })
    .catch(() => ({ items: [] as UsageKey[] }));
  for (const key of items) keys.set(key.id, key);
  return keys;
}

const unnamed = (id: string): UsageKey => ({ id, prefix: `tg_${id}`, name: null, endedAt: null });
