import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Profile } from '@tidegate/client';
import { accountsUpdateMe } from '@tidegate/client/generated/limits/identity';
import { type InputOf, useWrite } from '../kernel/api.ts';
import { needed } from '../kernel/limits.ts';
import { adoptChoices } from '../kernel/own-choices.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { LOCALES, t } from '../kernel/strings.ts';
import { useFollowing } from '../kernel/use-following.ts';

const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

const WORDS: Record<NonNullable<Profile['theme']>, string> = { auto: 'As the system', light: 'Light', dark: 'Dark' };

type Shown = ReturnType<typeof shownOf>;
const shownOf = ({ name, locale, timeZone, theme }: Profile) => ({
  name,
  locale: locale ?? '',
  timeZone: timeZone ?? '',
  theme: theme ?? '',
});

export function EditProfile({ user }: { user: Profile }) {
  const form = useForm({ initialValues: shownOf(user) });
  const followed = useFollowing(form, shownOf(user));
  const save = useWrite('accountsUpdateMe', {
    org: null,
    onDone: (changed) => {
      form.resetDirty(shownOf(changed));
      if (adoptChoices(changed)) location.reload();
    },
  });
  // Only what was chosen here: another tab may have changed the rest.
  const sent = (chosen: Shown): InputOf<'accountsUpdateMe'> => {
    const isOther = (field: keyof Shown) => chosen[field] !== followed.current[field];
    return {
      ...(isOther('name') ? { name: chosen.name } : {}),
      ...(isOther('locale') ? { locale: (chosen.locale || null) as Profile['locale'] } : {}),
      ...(isOther('timeZone') ? { timeZone: chosen.timeZone || null } : {}),
      ...(isOther('theme') ? { theme: (chosen.theme || null) as Profile['theme'] } : {}),
    };
  };
  const errors = fieldErrors(save.error);
  const field = (name: keyof typeof form.values) => ({ ...form.getInputProps(name), error: errors[name] });
  return (
    <form noValidate className="stack form" onSubmit={form.onSubmit((values) => save.mutate(sent(values)))}>
      <TextInput label={t('Your name')} autoComplete="name" {...needed(accountsUpdateMe.name)} {...field('name')} />
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
          ...accountsUpdateMe.theme.choices.map((value) => ({ value, label: t(WORDS[value]) })),
        ]}
        {...field('theme')}
      />
      <ProblemNote error={restOf(save.error, errors)} />
      <div className="row">
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
          {t('Save')}
        </Button>
        {save.isSuccess ? <StateMark mark="ok">{t('Saved')}</StateMark> : null}
      </div>
    </form>
  );
}
