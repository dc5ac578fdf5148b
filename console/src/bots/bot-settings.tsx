import type { Bot, Resumed } from '@tidegate/client';
import { Fact } from '../kernel/fact.tsx';
import { exact } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { t } from '../kernel/strings.ts';
import { plainFeed } from '../ladder/feed.rules.ts';
import { seriesName } from '../ladder/feed-fields.tsx';
import { settingGroups } from '../ladder/setting-names.ts';

const WORDS: Record<Resumed['mode'], string> = {
  beginning: 'for the first time',
  fromNow: 'from then on: candles in between were not traded',
  catchUp: 'catching up: candles in between were traded',
};

/** All that a bot was told, by whatever means it was told. */
export function BotSettings({ bot: { settings, feed, marketVersion, resumed } }: { bot: Bot }) {
  return (
    <>
      {settingGroups(settings).map(({ title, settings: some }) => (
        <section key={title} aria-label={t(title)}>
          <h2>{t(title)}</h2>
          <dl className="facts">
            {some.map(({ place, name, value }) => (
              <Fact key={place} name={name} value={value} />
            ))}
          </dl>
        </section>
      ))}
      <h2>{t('Candles')}</h2>
      <dl className="facts">
        <Fact name={t('Candles')} value={seriesName(plainFeed(feed))} />
        <Fact name={t('From')} value={feed.from ? <Moment at={feed.from} /> : t('the first one')} />
        <Fact
          name={t('Candles a second')}
          value={feed.candlesPerSecond ? exact(feed.candlesPerSecond) : t('as fast as they come')}
        />
        <Fact name={t('Version of the market’s rules')} value={exact(marketVersion)} />
        {resumed ? (
          <Fact
            name={t('Last started')}
            value={
              <>
                <Moment at={resumed.at} />, {t(WORDS[resumed.mode])}
              </>
            }
          />
        ) : null}
      </dl>
    </>
  );
}
