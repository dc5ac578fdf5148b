import { Button } from '@mantine/core';
import type { SoldSeats } from '@tidegate/client';
import { seatsFollow } from '@tidegate/client/generated/limits/billing';
import { useRead, useWrite } from '../kernel/api.ts';
import { exact, money } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { MonthlyCap, useMonthlyCap } from './monthly-cap.tsx';

/** Members that are bought, and whether they are by themselves. Nothing where no plan sells them. */
export function SeatsOf({ product }: { product: string }) {
  const seats = useRead('seatsGet', {}).data?.items.find((one) => one.product === product);
  return seats && seats.unitMinor !== null ? <Follow key={String(seats.following)} seats={seats} /> : null;
}

function Follow({ seats }: { seats: SoldSeats }) {
  const { product, name, included, members, quantity, renews, currency, interval, following, stopped } = seats;
  const unit = seats.unitMinor ?? 0;
  const follow = useWrite('seatsFollow');
  const mayChange = useMay()('seatsFollow');
  const errors = fieldErrors(follow.error, {}, ['monthlyCapMinor']);
  const cap = useMonthlyCap(currency, seats.monthlyCapMinor ?? 10 * unit, seatsFollow.monthlyCapMinor);
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <p>
        {t('{price} each, {interval}.', {
          price: money(unit, currency),
          interval: interval === 'year' ? t('a year') : t('a month'),
        })}{' '}
        {included === null
          ? ''
          : t('{count, plural, one {# member is} other {# members are}} included.', { count: included })}{' '}
        {members === null ? '' : t('There {count, plural, one {is #} other {are #}}.', { count: members })}{' '}
        {t('{count, plural, =0 {None is} one {# is} other {# are}} paid for.', { count: quantity })}{' '}
        {renews === quantity ? '' : t('The next period begins with {count}.', { count: exact(renews) })}
      </p>
      {stopped ? (
        <StateMark mark="warning">
          {t('A payment failed, so nobody is added by themselves any more. Mend the card, then switch it on again.')}
        </StateMark>
      ) : null}
      {following && seats.most !== null ? (
        <p>
          <StateMark mark="ok">
            {t('The number follows your members, up to {most} for {cap} a month.', {
              most: exact(seats.most),
              cap: money(seats.monthlyCapMinor ?? 0, currency),
            })}
          </StateMark>
        </p>
      ) : following ? (
        <p>
          <StateMark mark="paused">
            {t('Nothing is bought by itself while the subscription changes, ends or is overdue.')}
          </StateMark>
        </p>
      ) : null}
      {mayChange ? (
        <div className="row">
          <MonthlyCap cap={cap} error={errors['monthlyCapMinor']} />
          <Button
            variant="default"
            loading={follow.isPending}
            onClick={() => follow.mutate({ product, following: true, monthlyCapMinor: cap.minor })}
          >
            {following ? t('Change the cap') : t('Let it follow the members')}
          </Button>
          {following ? (
            <Button
              variant="default"
              loading={follow.isPending}
              onClick={() => follow.mutate({ product, following: false })}
            >
              {t('Switch it off')}
            </Button>
          ) : null}
        </div>
      ) : null}
      <ProblemNote error={restOf(follow.error, errors)} />
    </section>
  );
}
