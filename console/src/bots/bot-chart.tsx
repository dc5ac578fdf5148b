import type { Bot, NextLevel } from '@tidegate/client';
import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Fact } from '../kernel/fact.tsx';
import { decimal } from '../kernel/format.ts';
import { Amount } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { plainFeed } from '../ladder/feed.rules.ts';
import { orderName } from '../ladder/order-words.ts';
import { type Line, PriceChart } from '../ladder/price-chart.tsx';
import { padded } from '../ladder/price-marks.rules.ts';

const MARKS: Record<NextLevel['state'], Mark> = { filled: 'ok', waiting: 'pending', planned: 'stale' };
const WORDS: Record<NextLevel['state'], string> = {
  filled: 'filled',
  waiting: 'waits at the exchange',
  planned: 'comes later',
};
const FILLS = 500;

/** Candles up to where the bot has decided, its fills, and the levels that its trade has. `part`: beside another table. */
export function BotChart({ bot, part }: { bot: Bot; part?: string }) {
  const levels = useRead('botsLevels', { botId: bot.id }, { everyMs: 10_000 });
  const activity = useRead('botsActivity', { botId: bot.id, limit: FILLS }, { everyMs: 10_000 });
  const feed = plainFeed(bot.feed);
  const before = bot.decidedUpTo
    ? new Date(Date.parse(bot.decidedUpTo) + INTERVAL_MS[feed.interval]).toISOString()
    : undefined;
  const market = useRead('marketsList', {}).data?.items.find((one) => one.market === bot.settings.market);
  const tickSize = market?.tickSize ?? '1';
  const shown = levels.data;
  const lines = useMemo(() => (shown ? linesOf(shown) : []), [shown]);
  return (
    <>
      <PriceChart
        market={bot.settings.market}
        feed={feed}
        lines={lines}
        {...(activity.data ? { fills: activity.data.fills } : {})}
        before={before}
      />
      <Reading of={levels}>
        {({ levels: all, tradeId, currency, atRisk, capital, worstLoss, liquidationPrice, lastPrice }) => (
          <>
            <dl className="facts">
              <Fact
                name={t('Last price')}
                value={lastPrice ? `${decimal(padded(lastPrice, tickSize))} ${currency}` : '–'}
              />
              <Fact name={t('Money in the trade')} value={<Amount amount={atRisk} currency={currency} />} />
              {capital ? (
                <Fact name={t('Needs at most')} value={<Amount amount={capital} currency={currency} />} />
              ) : null}
              <Fact
                name={t('Can lose at worst')}
                value={
                  worstLoss === null ? (
                    t('all of it: there is no stop loss')
                  ) : (
                    <Amount amount={worstLoss} currency={currency} />
                  )
                }
              />
              {liquidationPrice ? (
                <Fact name={t('Liquidated at')} value={<Amount amount={liquidationPrice} currency={currency} />} />
              ) : null}
            </dl>
            <h2>{tradeId ? t('Levels of the open trade') : t('Levels of a trade that would begin now')}</h2>
            <DataTable
              {...(part ? { part } : {})}
              name={t('Levels')}
              rows={all}
              columns={columns(tickSize)}
              rowKey={({ kind, index, price }) => `${kind} ${index} ${price}`}
            />
          </>
        )}
      </Reading>
    </>
  );
}

const columns = (tickSize: string): Column<NextLevel>[] => [
  {
    key: 'kind',
    title: t('Order'),
    value: ({ kind, index }) => (index > 0 ? `${orderName(kind)} ${index}` : orderName(kind)),
  },
  {
    key: 'state',
    title: t('State'),
    value: ({ state }) => state,
    cell: ({ state }) => <StateMark mark={MARKS[state]}>{t(WORDS[state])}</StateMark>,
  },
  { key: 'side', title: t('Side'), value: ({ side }) => t(side) },
  {
    key: 'price',
    title: t('Price'),
    number: true,
    value: ({ price }) => price,
    cell: ({ price }) => decimal(padded(price, tickSize)),
  },
  { key: 'quantity', title: t('Quantity'), number: true, value: ({ quantity }) => quantity },
  {
    key: 'distance',
    title: t('From the last price, %'),
    number: true,
    value: ({ distancePercent }) => distancePercent,
    cell: ({ distancePercent }) => (distancePercent === null ? '–' : decimal(distancePercent)),
  },
];

interface Drawn {
  levels: readonly NextLevel[];
  takeProfitPrice: string | null;
  stopLossPrice: string | null;
  liquidationPrice: string | null;
}

function linesOf({ levels, takeProfitPrice, stopLossPrice, liquidationPrice }: Drawn): Line[] {
  const entries = levels.filter(({ kind }) => kind === 'base' || kind === 'averaging');
  const exit = (price: string | null, title: string, color: string): Line[] =>
    price ? [{ price, title, color, solid: true }] : [];
  return [
    ...entries.map(({ index, price, state }) => ({
      price,
      title: index === 0 ? t('first') : String(index),
      color: '--series-1',
      solid: state !== 'planned',
    })),
    ...exit(takeProfitPrice, t('take profit'), '--gain'),
    ...exit(stopLossPrice, t('stop loss'), '--loss'),
    ...exit(liquidationPrice, t('liquidation'), '--critical'),
  ];
}
