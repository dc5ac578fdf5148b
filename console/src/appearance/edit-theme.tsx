import { Button, FileInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Theme } from '@tidegate/client';
import { themesSet } from '@tidegate/client/generated/limits/identity';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { useInstallation } from '../kernel/brand.tsx';
import { follow } from '../kernel/follow.rules.ts';
import { limits } from '../kernel/limits.ts';
import { MayOrAsk } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { useFollowing } from '../kernel/use-following.ts';
import { EditDomains } from './edit-domains.tsx';
import { EditMailSender } from './edit-mail-sender.tsx';

export function EditTheme() {
  const theme = useRead('themesGet', { organisationId: useOrg() });
  return (
    <Page
      title={t('Appearance')}
      lead={t('Name, logo and colour of these pages, for your people and for whoever has a link.')}
    >
      <MayOrAsk op="themesSet">
        <Reading of={theme}>
          {(own) => <Form theme={own} newest={async () => (await theme.refetch()).data ?? own} />}
        </Reading>
        <EditDomains />
        <EditMailSender />
      </MayOrAsk>
    </Page>
  );
}

const shownOf = ({ name, accent, logo }: Theme) => ({ name: name ?? '', accent: accent ?? '', logo });

function Form({ theme, newest }: { theme: Theme; newest: () => Promise<Theme> }) {
  const form = useForm({ initialValues: shownOf(theme) });
  const followed = useFollowing(form, shownOf(theme));
  const installation = useInstallation();
  const save = useWrite('themesSet');
  const errors = fieldErrors(save.error);
  const { logo } = form.values;
  // All of it is sent: what a colleague has changed meanwhile as well.
  const send = async (typed: ReturnType<typeof shownOf>) => {
    const { name, accent, logo } = follow(typed, followed.current, shownOf(await newest()));
    save.mutate({ ...(name ? { name } : {}), ...(accent ? { accent } : {}), ...(logo ? { logo } : {}) });
  };
  return (
    <form noValidate className="stack form" onSubmit={form.onSubmit((typed) => void send(typed))}>
      <TextInput
        label={t('Name')}
        placeholder={installation?.name}
        {...limits(themesSet.name)}
        {...form.getInputProps('name')}
        error={errors['name']}
      />
      <TextInput
        label={t('Colour of links and buttons')}
        description={t('It is darkened or lightened where it could not be read.')}
        placeholder="#1d5fbf"
        {...limits(themesSet.accent)}
        {...form.getInputProps('accent')}
        error={errors['accent']}
      />
      <FileInput
        label={t('Logo')}
        description={t('PNG, JPEG or WebP, at most 64 KiB')}
        accept="image/png,image/jpeg,image/webp"
        clearable
        placeholder={logo ? t('There is one') : t('None')}
        onChange={async (file) => form.setFieldValue('logo', file ? await dataUrl(file) : null)}
        error={errors['logo']}
      />
      {logo ? <img src={logo} alt={t('The logo')} style={{ maxHeight: 40, alignSelf: 'start' }} /> : null}
      <ProblemNote error={restOf(save.error, errors)} />
      {save.isSuccess ? <p role="status">{t('Saved')}</p> : null}
      <div className="row">
        <Button type="submit" loading={save.isPending}>
          {t('Save')}
        </Button>
        {logo ? (
          <Button variant="default" onClick={() => form.setFieldValue('logo', null)}>
            {t('Without a logo')}
          </Button>
        ) : null}
      </div>
    </form>
  );
}

const dataUrl = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
