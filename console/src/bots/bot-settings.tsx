import type { Bot } from '@tidegate/client';
import { Fact } from '../kernel/fact.tsx';
import { exact } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { t } from '../kernel/strings.ts';
import { plainFeed } from '../ladder/feed.rules.ts';
import { seriesName } from '../ladder/feed-fields.tsx';
import { settingsIn } from '../ladder/setting-names.ts';

/** All that a bot was told, by whatever means it was told. */
export function BotSettings({ bot: { settings, feed, marketVersion } }: { bot: Bot }) {
  return (
    <>
      <h2>{t('Settings')}</h2>
      <dl className="facts">
        {settingsIn(settings).map(({ place, name, value }) => (
          <Fact key={place} name={name} value={value} />
        ))}
      </dl>
      <h2>{t('Candles')}</h2>
      <dl className="facts">
        <Fact name={t('Candles')} value={seriesName(plainFeed(feed))} />
        <Fact name={t('From')} value={feed.from ? <Moment at={feed.from} /> : t('the first one')} />
        <Fact
          name={t('Candles a second')}
          value={feed.candlesPerSecond ? exact(feed.candlesPerSecond) : t('as fast as they come')}
        />
        <Fact name={t('Version of the market’s rules')} value={exact(marketVersion)} />
      </dl>
    </>
  );
}
