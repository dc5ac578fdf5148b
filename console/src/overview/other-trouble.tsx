import { Link } from '@tanstack/react-router';
import type { BotLine } from '@tidegate/client';
import { fullness, type MeterUsage } from '../findings/fullness.rules.ts';
import { useOrg } from '../kernel/api.ts';
import { exact } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';
import { haltText } from '../ladder/bot-reasons.ts';
import { Sentence } from './sentence.tsx';

/** Bots that stopped by themselves, and what is used up or nearly. */
export function OtherTrouble({ bots, meters }: { bots: readonly BotLine[]; meters: readonly MeterUsage[] }) {
  const org = useOrg();
  return (
    <>
      {bots.map(({ id, name, halted }) =>
        halted ? (
          <Sentence
            key={id}
            mark="critical"
            link={
              <Link to="/o/$org/bots/$botId" params={{ org, botId: id }}>
                {name}
              </Link>
            }
          >
            {haltText(halted)}
          </Sentence>
        ) : null,
      )}
      {meters.map((meter) => {
        const { mark } = fullness(meter, undefined);
        if (mark === 'ok' || !meter.limit) return null;
        return (
          <Sentence
            key={meter.meter}
            mark={mark}
            link={
              <Link to="/o/$org/usage/$meter" params={{ org, meter: meter.meter }}>
                {meter.name}
              </Link>
            }
          >
            {t('{used} of {limit} used', { used: exact(meter.used), limit: exact(meter.limit) })}
          </Sentence>
        );
      })}
    </>
  );
}
