import type { Bot } from '@tidegate/client';
import { useRead } from '../kernel/api.ts';
import { Fact } from '../kernel/fact.tsx';
import { Amount, Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { haltText, waitingText } from '../ladder/bot-reasons.ts';

/** What stands above everything else of a bot: why it does not trade, and what it earned. */
export function BotFigures({ bot: { id, halted, waiting, lateCandles } }: { bot: Bot }) {
  const summary = useRead('botsSummarize', { botId: id }, { everyMs: 5_000 });
  return (
    <>
      {halted ? <StateMark mark="critical">{haltText(halted)}</StateMark> : null}
      {waiting ? <StateMark mark="info">{waitingText(waiting)}</StateMark> : null}
      {lateCandles ? (
        <StateMark mark="warning">
          {t(
            '{count, plural, one {# candle} other {# candles}} came after the bot had passed their time: a backtest differs.',
            { count: lateCandles.count },
          )}
        </StateMark>
      ) : null}
      <Reading of={summary}>
        {({ profitRounded, currency, closedTrades, winningTrades, fees, openTrade }) => (
          <dl className="facts">
            <Fact name={t('Closed profit')} value={<Profit amount={profitRounded} currency={currency} />} />
            <Fact
              name={t('Open profit')}
              value={openTrade ? <Profit amount={openTrade.openProfit} currency={currency} /> : '–'}
            />
            <Fact
              name={t('Closed trades')}
              value={t('{won} of {all} won', { won: winningTrades, all: closedTrades })}
            />
            <Fact name={t('Fees')} value={<Amount amount={fees} currency={currency} />} />
          </dl>
        )}
      </Reading>
    </>
  );
}
