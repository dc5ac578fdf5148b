import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { CodesEnterOutput } from '@tidegate/client';
import { codesEnter } from '@tidegate/client/generated/limits/billing';
import { useWrite } from '../kernel/api.ts';
import { dated } from '../kernel/format.ts';
import { valueText } from '../kernel/grant-value.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

/** A promotion code that gives more of something, whatever the plan. */
export function EnterCode() {
  const form = useForm({ initialValues: { promotionCode: '' } });
  const enter = useWrite('codesEnter', { onDone: () => form.reset() });
  const errors = fieldErrors(enter.error);
  return (
    <form noValidate className="stack form" onSubmit={form.onSubmit((typed) => enter.mutate(typed))}>
      <TextInput
        label={t('Code')}
        description={t('One that gives more of something. One that lowers a price is entered where a plan is chosen.')}
        autoComplete="off"
        {...limits(codesEnter.promotionCode)}
        {...form.getInputProps('promotionCode')}
        error={errors['promotionCode']}
      />
      <ProblemNote error={restOf(enter.error, errors)} />
      {enter.data ? <output>{givenText(enter.data)}</output> : null}
      <div className="row">
        <Button type="submit" variant="default" loading={enter.isPending}>
          {t('Enter the code')}
        </Button>
      </div>
    </form>
  );
}

function givenText({ features, until }: CodesEnterOutput): string {
  const each = features.map(({ name, value }) => {
    const amount = `${typeof value === 'number' ? '+ ' : ''}${valueText(value)}`;
    return value === true ? name : `${name}: ${amount}`;
  });
  const what = each.join(', ');
  return until === null
    ? t('You have this from now on: {what}.', { what })
    : t('You have this until {at}: {what}.', { what, at: dated(until) });
}
