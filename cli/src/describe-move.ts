import type { movePlans, PlanMove } from '@tidegate/contracts/billing/plans';
import type { Output } from '@tidegate/contracts/kernel/operation';

type Moved = Output<typeof movePlans>;

/** What a move does, before it does it: what moves, when, what changes for them, and what stays. */
export function describeMove(moved: Moved): string {
  const { from, to, version, at, subscriptions, moves, stay } = moved;
  const target = `version ${version} of ${to}`;
  const lines =
    subscriptions === 0
      ? [`No subscription of ${from} moves: all have ${target}, or there are none.`]
      : [`${count(subscriptions)} of ${from} ${subscriptions === 1 ? 'moves' : 'move'} to ${target}.`];
  for (const move of moves) lines.push(...describeGroup(move, at));
  lines.push(...describeOver(moved));
  if (stay > 0) lines.push(`  ${count(stay)} already on ${target}: nothing changes.`);
  if (subscriptions > 0)
    lines.push('  Usage of the running period, its start, and the interval that is paid stay as they are.');
  return `${lines.join('\n')}\n`;
}

/** What they have too much of stays and can be read; it is named, so that they can be told in advance. */
function describeOver({ overLimit, lookedAt, subscriptions }: Moved): string[] {
  if (lookedAt === 0) return [];
  const of = lookedAt < subscriptions ? ` of the first ${lookedAt} that were looked at` : '';
  if (overLimit.length === 0) return [`  None${of || ' of them'} has more than is allowed then.`];
  const organisations = overLimit.length === 1 ? '1 organisation' : `${overLimit.length} organisations`;
  return [
    `  ${organisations}${of} ${overLimit.length === 1 ? 'has' : 'have'} more than is allowed then; the newest can only be read:`,
    ...overLimit.flatMap(({ organisationId, over }) => [
      `    ${organisationId}`,
      ...over.map(({ feature, limit, used, restricted }) => {
        const names = restricted.map(({ name }) => name).join(', ');
        return `      ${feature}: ${used}, allowed ${limit}${names ? ` (${names})` : ''}`;
      }),
    ]),
  ];
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
