import type { movePlans, PlanMove } from '@tidegate/contracts/billing/plans';
import type { Output } from '@tidegate/contracts/kernel/operation';

type Moved = Output<typeof movePlans>;

/** What a move does, before it does it: what moves, when, what changes for them, and what stays. */
export function describeMove({ from, to, version, at, subscriptions, moves, stay }: Moved): string {
  const target = `version ${version} of ${to}`;
  const lines =
    subscriptions === 0
      ? [`No subscription of ${from} moves: all have ${target}, or there are none.`]
      : [`${count(subscriptions)} of ${from} ${subscriptions === 1 ? 'moves' : 'move'} to ${target}.`];
  for (const move of moves) lines.push(...describeGroup(move, at));
  if (stay > 0) lines.push(`  ${count(stay)} already on ${target}: nothing changes.`);
  if (subscriptions > 0)
    lines.push('  Usage of the running period, its start, and the interval that is paid stay as they are.');
  return `${lines.join('\n')}\n`;
}

function describeGroup({ fromVersion, interval, subscriptions, firstAt, lastAt, fields }: PlanMove, at: Moved['at']) {
  const when =
    at === 'now'
      ? 'now'
      : firstAt === lastAt
        ? `on ${firstAt}`
        : `each at the end of its ${interval}, from ${firstAt} to ${lastAt}`;
  const head = `  ${count(subscriptions)} from version ${fromVersion}, paid by the ${interval}: ${when}`;
  const changes = fields.map(({ field, before, after }) => `    ${field}: ${before ?? 'none'} → ${after ?? 'none'}`);
  return [head, ...changes];
}

const count = (subscriptions: number): string =>
  subscriptions === 1 ? '1 subscription' : `${subscriptions} subscriptions`;
