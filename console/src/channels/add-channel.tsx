import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Channel } from '@tidegate/client';
import { channelsCreate } from '@tidegate/client/generated/limits/notifier';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { CopyText } from '../kernel/copy-text.tsx';
import { needed } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

const KINDS: Record<Channel['kind'], string> = { email: 'E-mail', webhook: 'Webhook' };
const NAMED = { host_not_allowed: 'url' };

export function AddChannel() {
  const [open, setOpen] = useState(false);
  const form = useForm({ initialValues: { kind: 'email' as 'email' | 'webhook', address: '', url: '' } });
  const add = useWrite('channelsCreate');
  const errors = fieldErrors(add.error, NAMED);
  const close = () => {
    setOpen(false);
    add.reset();
    form.reset();
  };
  const secret = add.data && 'secret' in add.data ? String(add.data.secret) : undefined;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('Add a channel')}</Button>
      <Modal opened={open} onClose={close} title={t('Add a channel')}>
        {add.data ? (
          <div className="stack">
            {secret ? (
              <>
                <p>{t('Messages are signed with this secret. It is shown once.')}</p>
                <CopyText text={secret} />
              </>
            ) : (
              <p>{t('A mail is on its way: nothing else is sent before the address has confirmed it.')}</p>
            )}
            <Button onClick={close}>{t('Done')}</Button>
          </div>
        ) : (
          <form
            noValidate
            className="stack"
            onSubmit={form.onSubmit(({ kind, address, url }) =>
              add.mutate(kind === 'email' ? { kind, address } : { kind, url }),
            )}
          >
            <SegmentedControl
              aria-label={t('Kind')}
              data={channelsCreate.kind.choices.map((value) => ({ value, label: t(KINDS[value]) }))}
              {...form.getInputProps('kind')}
            />
            {form.values.kind === 'email' ? (
              <TextInput
                label={t('Address')}
                type="email"
                {...needed(channelsCreate.address)}
                {...form.getInputProps('address')}
                error={errors['address']}
              />
            ) : (
              <TextInput
                label={t('Web address')}
                type="url"
                {...needed(channelsCreate.url)}
                {...form.getInputProps('url')}
                error={errors['url']}
              />
            )}
            <ProblemNote error={restOf(add.error, errors)} />
            <Button type="submit" loading={add.isPending}>
              {t('Add')}
            </Button>
          </form>
        )}
      </Modal>
    </>
  );
}
