import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useOrg } from '../kernel/api.ts';
import { Page } from '../kernel/page.tsx';
import { usePlanName } from '../kernel/plan-name.ts';
import { t } from '../kernel/strings.ts';
import { Offer } from './offer.tsx';

const route = getRouteApi('/o/$org/plans/$product/$plan');

/** What a change costs and changes, before it is made. */
export function ChangePlan() {
  const org = useOrg();
  const { product, plan } = route.useParams();
  const name = usePlanName(product, plan);
  const navigate = useNavigate();
  return (
    <Page title={name ? t('Change to {plan}', { plan: name }) : t('Change the plan')}>
      <div className="stack">
        <Offer
          product={product}
          plan={plan}
          interval={route.useSearch().interval ?? 'month'}
          onDone={() => void navigate({ to: '/o/$org/billing', params: { org } })}
        />
      </div>
    </Page>
  );
}
