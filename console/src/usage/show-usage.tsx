import { Link } from '@tanstack/react-router';
import type { UsageEstimate } from '@tidegate/client';
import { fullness, type MeterUsage } from '../findings/fullness.rules.ts';
import { useOrg, useRead } from '../kernel/api.ts';
import { dated, exact, lasted, when } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { useUpgradeName } from '../kernel/plan-name.ts';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { UpgradeButton } from '../kernel/upgrade-button.tsx';
import { useNow } from '../kernel/use-now.ts';
import { ChooseDays } from './choose-days.tsx';
import { RefusedUsage } from './refused-usage.tsx';
import classes from './usage.module.css';

/** What was used against what is allowed, where it leads, and when it resets. */
export function ShowUsage() {
  const usage = useRead('usageCurrent', {}, { everyMs: 30_000 });
  const estimates = useRead('usageEstimate', {}, { everyMs: 300_000 });
  return (
    <Page title={t('Usage')}>
      <Reading of={usage}>
        {({ items }) => (
          <div className="stack">
            {items
              .filter(({ limit, used, enforcement }) => used > 0 || limit !== 0 || enforcement === 'overage')
              .map((meter) => (
                <Meter
                  key={meter.meter}
                  meter={meter}
                  estimate={estimates.data?.items.find((one) => one.meter === meter.meter)}
                />
              ))}
          </div>
        )}
      </Reading>
      <RefusedUsage />
      <ChooseDays />
    </Page>
  );
}

function Meter({ meter, estimate }: { meter: MeterUsage; estimate: UsageEstimate | undefined }) {
  const org = useOrg();
  const now = useNow(60_000);
  const upgrade = useUpgradeName(meter.meter, meter.upgradeTo);
  const { name, used, reserved, limit, resetsAt, enforcement, addon } = meter;
  const { mark, usedShare, estimateShare } = fullness(meter, estimate);
  return (
    <section className={classes['meter']} aria-label={name}>
      <h2>
        <Link to="/o/$org/usage/$meter" params={{ org, meter: meter.meter }}>
          {name}
        </Link>
      </h2>
      <p>
        <StateMark mark={mark}>
          {limit === null
            ? t('{used} used, without limit', { used: exact(used) })
            : t('{used} of {limit} used', { used: exact(used), limit: exact(limit) })}
        </StateMark>{' '}
        {reserved > 0 ? (
          <span className="quiet">
            {t('{count, plural, one {# more is} other {# more are}} reserved by running work', { count: reserved })}
          </span>
        ) : null}
      </p>
      {limit === null ? null : (
        <div className={classes['bar']} aria-hidden="true">
          <div className={classes['used']} data-mark={mark} style={{ width: `${usedShare}%` }} />
          {estimateShare === null ? null : (
            <div className={classes['estimate']} style={{ left: `${estimateShare}%` }} />
          )}
        </div>
      )}
      <p className="quiet">
        {resetsAt ? (
          <Moment at={resetsAt}>
            {t('Resets in {time} ({at}).', {
              time: lasted((Date.parse(resetsAt) - now) / 1_000),
              at: when(resetsAt),
            })}
          </Moment>
        ) : (
          t('Counted for ever.')
        )}{' '}
        {estimate?.estimate == null
          ? ''
          : t('{estimate} by then at this pace.', { estimate: exact(estimate.estimate) })}{' '}
        {estimate?.reachesLimitAt ? (
          <Moment at={estimate.reachesLimitAt}>
            {t('The limit is reached on {at}.', { at: dated(estimate.reachesLimitAt) })}
          </Moment>
        ) : (
          ''
        )}{' '}
        {enforcement === 'overage'
          ? t('Beyond the limit it is charged.')
          : enforcement === 'soft'
            ? t('The limit refuses nothing.')
            : ''}{' '}
        {upgrade ? (
          <Link to="/o/$org/plans" params={{ org }}>
            {t('More with the plan {plan}', { plan: upgrade })}
          </Link>
        ) : null}{' '}
        {addon ? (
          <UpgradeButton
            text={t('More with the add-on {addon}', { addon: addon.addonName })}
            variant="default"
            product={addon.product}
            feature={meter.meter}
            plan={addon.plan}
            addon={addon}
          />
        ) : null}
      </p>
    </section>
  );
}
