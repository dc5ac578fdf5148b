import { Button, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { InvoiceCustomer } from '@tidegate/client';
import { billingDetailsSet } from '@tidegate/client/generated/limits/billing';
import { useRead, useWrite } from '../kernel/api.ts';
import { Fact } from '../kernel/fact.tsx';
import { follow } from '../kernel/follow.rules.ts';
import { limits } from '../kernel/limits.ts';
import { useMay } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { useFollowing } from '../kernel/use-following.ts';

/** To whom this installation's own invoices are made out. */
export function EditDetails() {
  const details = useRead('billingDetailsGet', {});
  const mayChange = useMay()('billingDetailsSet');
  return (
    <Page
      title={t('Billing details')}
      lead={t(
        'They stand on the invoices that this installation issues from now on. What is paid by card takes them from the page of the payment provider.',
      )}
    >
      <Reading of={details}>
        {(own) =>
          mayChange ? (
            <Form details={own} newest={async () => (await details.refetch()).data ?? own} />
          ) : mayChange === false ? (
            <Details details={own} />
          ) : null
        }
      </Reading>
    </Page>
  );
}

function Form({ details, newest }: { details: InvoiceCustomer; newest: () => Promise<InvoiceCustomer> }) {
  const form = useForm({ initialValues: fieldsOf(details) });
  const followed = useFollowing(form, fieldsOf(details));
  const save = useWrite('billingDetailsSet', {
    onDone: (saved) => {
      form.setValues(fieldsOf(saved));
      form.resetDirty(fieldsOf(saved));
    },
  });
  const errors = fieldErrors(save.error);
  const field = (name: keyof typeof form.values) => ({
    ...limits(billingDetailsSet[name]),
    ...form.getInputProps(name),
    error: errors[name],
  });
  // All of it is replaced: what was not typed here stays as somebody else may have set it meanwhile.
  const send = async (typed: typeof form.values) => {
    const before = followed.current;
    const { taxId, country, ...rest } = follow(typed, before, fieldsOf(await newest()));
    save.mutate({ ...rest, ...(taxId && { taxId }), ...(country && { country: country.toUpperCase() }) });
  };
  return (
    <form noValidate className="stack form" onSubmit={form.onSubmit(send)}>
      <TextInput label={t('Name or company')} autoComplete="organization" {...field('name')} />
      <Textarea
        label={t('Address')}
        description={t('As it stands on a letter, in lines.')}
        autoComplete="street-address"
        rows={4}
        {...field('address')}
      />
      <TextInput
        label={t('Country')}
        description={t('By its two letters, such as DE. It decides whether tax is added.')}
        autoComplete="country"
        {...field('country')}
      />
      <TextInput label={t('Tax or VAT number')} autoComplete="off" {...field('taxId')} />
      <ProblemNote error={restOf(save.error, errors)} />
      <div className="row">
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
          {t('Save')}
        </Button>
        {save.isSuccess && !form.isDirty() ? <StateMark mark="ok">{t('Saved')}</StateMark> : null}
      </div>
    </form>
  );
}

const fieldsOf = ({ name, address, taxId, country }: InvoiceCustomer) => ({
  name,
  address: address ?? '',
  taxId: taxId ?? '',
  country: country ?? '',
});

function Details({ details: { name, address, taxId, country } }: { details: InvoiceCustomer }) {
  return (
    <dl className="facts">
      <Fact name={t('Name or company')} value={name} />
      <Fact name={t('Address')} value={address ?? '–'} />
      <Fact name={t('Country')} value={country ?? '–'} />
      <Fact name={t('Tax or VAT number')} value={taxId ?? '–'} />
    </dl>
  );
}
