import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Profile } from '@tidegate/client';
import { useState } from 'react';
import { type InputOf, useWrite } from '../kernel/api.ts';
import { adoptChoices } from '../kernel/own-choices.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { LOCALES, t } from '../kernel/strings.ts';

const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

export function EditProfile({ user }: { user: Profile }) {
  // What was saved last: only what differs from it is sent, so that a choice made in another tab stays.
  const [saved, setSaved] = useState({
    name: user.name,
    locale: user.locale ?? '',
    timeZone: user.timeZone ?? '',
    theme: user.theme ?? '',
  });
  const form = useForm({ initialValues: saved });
  const save = useWrite('accountsUpdateMe', {
    org: null,
    onDone: (changed) => {
      if (adoptChoices(changed)) location.reload();
    },
  });
  const errors = fieldErrors(save.error);
  const field = (name: keyof typeof form.values) => ({ ...form.getInputProps(name), error: errors[name] });
  return (
    <form
      className="stack form"
      onSubmit={form.onSubmit((values) => {
        const changed = Object.entries(values).filter(([name, value]) => value !== saved[name as keyof typeof saved]);
        save.mutate(
          Object.fromEntries(changed.map(([name, value]) => [name, value || null])) as InputOf<'accountsUpdateMe'>,
          {
            onSuccess: () => {
              setSaved(values);
              form.resetDirty(values);
            },
          },
        );
      })}
    >
      <TextInput label={t('Your name')} autoComplete="name" required {...field('name')} />
      <NativeSelect
        label={t('Language')}
        description={t('Of this console and of mails to you.')}
        data={[
          { value: '', label: t('As the browser') },
          ...Object.entries(LOCALES).map(([value, label]) => ({ value, label })),
        ]}
        {...field('locale')}
      />
      <NativeSelect
        label={t('Time zone')}
        data={[{ value: '', label: t('As the browser') }, ...zones().map((zone) => ({ value: zone, label: zone }))]}
        {...field('timeZone')}
      />
      <NativeSelect
        label={t('Theme')}
        data={[
          { value: '', label: t('As chosen in this browser') },
          { value: 'auto', label: t('As the system') },
          { value: 'light', label: t('Light') },
          { value: 'dark', label: t('Dark') },
        ]}
        {...field('theme')}
      />
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
