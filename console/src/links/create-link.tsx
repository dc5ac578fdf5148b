import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { linksCreate } from '@tidegate/client/generated/limits/identity';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { CopyText } from '../kernel/copy-text.tsx';
import { inDays } from '../kernel/in-days.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

type Named = readonly { id: string; name: string }[];

const DAYS = ['7', '30', '90', ''] as const;

/** The link is shown once, in this dialog, and kept nowhere. */
export function CreateLink({ servers, bots }: { servers: Named; bots: Named }) {
  const [open, setOpen] = useState(false);
  const form = useForm({ initialValues: { name: '', thing: '', days: '30' } });
  const create = useWrite('linksCreate');
  const errors = fieldErrors(create.error);
  const close = () => {
    setOpen(false);
    create.reset();
    form.reset();
  };
  const options = (kind: string, things: Named) =>
    things.map(({ id, name }) => ({ value: `${kind} ${id}`, label: name }));
  const send = ({ name, thing, days }: typeof form.values) => {
    const [kind, thingId = ''] = thing.split(' ') as ['server' | 'bot', string];
    create.mutate({ name, kind, thingId, ...(days ? { expiresAt: inDays(Number(days)) } : {}) });
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('Share a page')}</Button>
      <Modal opened={open} onClose={close} title={t('Share a page')}>
        {create.data ? (
          <div className="stack">
            <p>{t('This is shown once. Whoever has it sees the page until you revoke it.')}</p>
            <CopyText text={create.data.url} />
            <Button onClick={close}>{t('Done')}</Button>
          </div>
        ) : (
          <form noValidate className="stack" onSubmit={form.onSubmit(send)}>
            <TextInput
              label={t('For whom')}
              {...limits(linksCreate.name)}
              {...form.getInputProps('name')}
              error={errors['name']}
            />
            <NativeSelect
              label={t('Shows')}
              required
              data={[
                { value: '', label: t('Choose one') },
                { group: t('Servers'), items: options('server', servers) },
                { group: t('Bots'), items: options('bot', bots) },
              ]}
              {...form.getInputProps('thing')}
              error={errors['kind'] ?? errors['thingId']}
            />
            <NativeSelect
              label={t('Works for')}
              data={DAYS.map((value) => ({
                value,
                label: value ? t('{days} days', { days: value }) : t('until it is revoked'),
              }))}
              {...form.getInputProps('days')}
              error={errors['expiresAt']}
            />
            <ProblemNote error={restOf(create.error, errors)} />
            <Button type="submit" loading={create.isPending}>
              {t('Create')}
            </Button>
          </form>
        )}
      </Modal>
    </>
  );
}
