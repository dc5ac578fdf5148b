import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { invalid, type ProblemError, validationFailed } from '@tidegate/contracts/kernel/problem';
import { compare, fraction, whole } from '../engine/exact.rules.ts';
import { findMarket, MARKETS, type MarketRules } from '../markets/markets.rules.ts';
import { deviation, ladder, meetsMinimum, type Plan } from './ladder.rules.ts';

type Fault = { field: string; code: string; message: string };

/** The market of the settings, or a refusal that names the field. */
export function marketOf(settings: BotSettings): MarketRules {
  const market = findMarket(settings.market);
  if (market) return market;
  const known = MARKETS.map((one) => one.market).join(', ');
  throw invalid('/settings/market', 'unknown_market', `The paper exchange has ${known}.`);
}

/** Everything that cannot work, all at once, judged at the price given in ticks. */
export function checkSettings(plan: Plan, base: bigint): ProblemError | undefined {
  const faults = [...ladderFaults(plan), ...profitFaults(plan)];
  // Sizes are judged only on a ladder that makes sense.
  if (faults.length === 0) faults.push(...sizeFaults(plan, base));
  const [first] = faults;
  return first && validationFailed({ errors: faults }, `${first.field}: ${first.message}`);
}

function ladderFaults(plan: Plan): Fault[] {
  const { count } = plan.settings.averagingOrders;
  if (count === 0 || plan.settings.direction === 'short') return [];
  const total = deviation(plan, count);
  if (compare(total, whole(100)) < 0) return [];
  return [
    {
      field: '/settings/averagingOrders/deviationPercent',
      code: 'ladder_below_zero',
      message: `The ladder of ${count} orders reaches 100 % below the base price. Use fewer orders or smaller steps.`,
    },
  ];
}

function profitFaults({ settings, market }: Plan): Fault[] {
  const { percent, includeFees, basis } = settings.takeProfit;
  const faults: Fault[] = [];
  if (settings.direction === 'short' && compare(fraction(percent), whole(100)) >= 0) {
    faults.push({
      field: '/settings/takeProfit/percent',
      code: 'profit_impossible',
      message: 'A short trade cannot gain 100 % or more.',
    });
  }
  const bothFees = { n: BigInt(2 * market.feePpm), d: 10_000n };
  if (!includeFees && basis === 'average' && compare(fraction(percent), bothFees) <= 0) {
    faults.push({
      field: '/settings/takeProfit/percent',
      code: 'profit_below_fees',
      message: `Both fees together are ${market.feePpm / 5_000} %: every trade would lose. Take more, or set includeFees.`,
    });
  }
  return faults;
}

function sizeFaults(plan: Plan, base: bigint): Fault[] {
  const { minQuantity, minNotional, base: coin, quote } = plan.market;
  for (const { index, ticks, lots } of ladder(plan, base)) {
    if (ticks <= 0n) {
      return [
        {
          field: '/settings/averagingOrders/deviationPercent',
          code: 'ladder_below_zero',
          message: `Averaging order ${index} would have no price above zero. Use smaller steps.`,
        },
      ];
    }
    if (meetsMinimum(plan, ticks, lots)) continue;
    const field = index === 0 ? '/settings/baseOrder' : '/settings/averagingOrders/size';
    const which = index === 0 ? 'The base order' : `Averaging order ${index}`;
    return [
      {
        field,
        code: 'below_minimum',
        message: `${which} is below the market’s minimum of ${minQuantity} ${coin} and ${minNotional} ${quote} after rounding. Make it larger.`,
      },
    ];
  }
  return [];
}
