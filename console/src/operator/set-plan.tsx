import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { BillingInterval } from '@tidegate/client';
import { subscriptionsSet } from '@tidegate/client/generated/limits/operator';
import { useState } from 'react';
import { readOf, useWrite } from '../kernel/api.ts';
import { DialogButton } from '../kernel/dialog-button.tsx';
import { t } from '../kernel/strings.ts';
import { ReasonForm } from './reason-form.tsx';

interface Props {
  organisationId: string;
  name: string;
}

/** Puts an organisation on a plan, which is invoiced by hand. */
export function SetPlan({ organisationId, name }: Props) {
  return (
    <DialogButton label={t('Set a plan')} question={t('Put {name} on another plan?', { name })}>
      {(close) => <Choice organisationId={organisationId} onDone={close} />}
    </DialogButton>
  );
}

type At = (typeof subscriptionsSet.at.choices)[number];

const EACH: Record<BillingInterval, string> = { month: 'by the month', year: 'by the year' };
const WORDS: Record<At, string> = { now: 'now', period_end: 'when what is paid for ends' };

function Choice({ organisationId, onDone }: { organisationId: string; onDone: () => void }) {
  const plans = useQuery(readOf(null, 'plansList', {})).data?.products.flatMap(({ name, plans: all }) =>
    all.map((one) => ({ ...one, label: `${name}: ${one.name}` })),
  );
  const set = useWrite('subscriptionsSet', { onDone });
  const [chosen, setChosen] = useState('');
  const [interval, setInterval] = useState('');
  const [at, setAt] = useState<At>('now');
  const plan = plans?.find((one) => keyOf(one) === chosen) ?? plans?.[0];
  return (
    <ReasonForm
      label={t('Set the plan')}
      consequence={t(
        'What it costs is invoiced by hand, or by Stripe where Stripe bills. Limits change within seconds, and nothing is deleted. A change that was ordered for later is cancelled, and what was overdue or paused is active again.',
      )}
      limit={subscriptionsSet.reason}
      write={set}
      disabled={!plan}
      onSend={(reason) =>
        plan &&
        set.mutate({
          ...{ organisationId, product: plan.product, plan: plan.plan, at, reason },
          ...(interval && { interval: interval as BillingInterval }),
        })
      }
    >
      <NativeSelect
        label={t('Plan')}
        data={(plans ?? []).map((one) => ({ value: keyOf(one), label: one.label }))}
        value={plan ? keyOf(plan) : ''}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
      />
      <NativeSelect
        label={t('Paid')}
        data={[
          { value: '', label: t('as it is') },
          ...subscriptionsSet.interval.choices.map((value) => ({ value, label: t(EACH[value]) })),
        ]}
        value={interval}
        onChange={({ currentTarget }) => setInterval(currentTarget.value)}
      />
      <NativeSelect
        label={t('It begins')}
        data={subscriptionsSet.at.choices.map((value) => ({ value, label: t(WORDS[value]) }))}
        value={at}
        onChange={({ currentTarget }) => setAt(currentTarget.value as At)}
      />
    </ReasonForm>
  );
}

const keyOf = ({ product, plan }: { product: string; plan: string }): string => `${product} ${plan}`;
