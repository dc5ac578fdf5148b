import type { publishPrices } from '@tidegate/contracts/billing/publish';
import type { Output } from '@tidegate/contracts/kernel/operation';

const SIGNS = { create: '+', update: '~', replace: '!', unchanged: ' ', refused: 'x' } as const;

/** What publishing does at Stripe, a line each, as people compare files. */
export function describePublish({ livemode, changes }: Output<typeof publishPrices>): string {
  const lines = changes
    .filter(({ change }) => change !== 'unchanged')
    .map(({ change, kind, name, detail }) => `  ${SIGNS[change]} ${kind} ${name}  ${detail}\n`);
  const same = changes.length - lines.length;
  const account = livemode ? 'Stripe, live: real money' : 'Stripe, test mode';
  const replaced = changes.some(({ change }) => change === 'replace')
    ? '  (! another price has the key; whoever bought it keeps it)\n'
    : '';
  const refused = changes.some(({ change }) => change === 'refused')
    ? '  (x a meter of this name counts in another way, which Stripe never changes: deactivate it there, or rename the feature)\n'
    : '';
  return `${account}\n${lines.join('')}${replaced}${refused}${lines.length} to publish, ${same} there already.\n`;
}
