import { useRead } from '../kernel/api.ts';
import { money } from '../kernel/format.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

/** What one more member would cost, with everybody who is invited already. Nothing where no plan sells members. */
export function InvitationPrice({ invited }: { invited: number }) {
  const preview = useRead('seatsPreview', { more: Math.min(invited + 1, 1_000) }).data;
  if (!preview || preview.members === null) return null;
  const { bought, refused, free } = preview;
  if (refused > 0) {
    return <StateMark mark="warning">{t('Nobody more can join: the limit or the cap is reached.')}</StateMark>;
  }
  if (!bought) return free > 0 ? <p className="quiet">{t('Somebody more costs nothing now.')}</p> : null;
  const { currency, unitMinor, quantity, interval, dueNow } = bought;
  return (
    <p role="status">
      {t('When they join: {amount} now, then {price} {interval}.', {
        amount: money(dueNow?.dueMinor ?? 0, currency),
        price: money(unitMinor * quantity, currency),
        interval: interval === 'year' ? t('a year') : t('a month'),
      })}
    </p>
  );
}
