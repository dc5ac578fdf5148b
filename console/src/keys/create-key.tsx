import { Button, Checkbox, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { KeysCreateInput } from '@tidegate/client';
import { keysCreate } from '@tidegate/client/generated/limits/identity';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { CopyText } from '../kernel/copy-text.tsx';
import { inDays } from '../kernel/in-days.ts';
import { limits } from '../kernel/limits.ts';
import { useScopes } from '../kernel/own-role.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

type Scope = KeysCreateInput['scopes'][number];
/** Of persons only: no key has it. */
const NO_KEY = 'operator';

/** The secret is shown once, in this dialog, and kept nowhere. */
export function CreateKey() {
  const [open, setOpen] = useState(false);
  // Nobody gives what they do not have.
  const grantable = [...(useScopes() ?? [])].filter((scope) => scope !== NO_KEY);
  const form = useForm({ initialValues: { name: '', days: '', scopes: [] as string[] } });
  const create = useWrite('keysCreate');
  const errors = fieldErrors(create.error);
  const close = () => {
    setOpen(false);
    create.reset();
    form.reset();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('Create a key')}</Button>
      <Modal opened={open} onClose={close} title={t('Create a key')}>
        {create.data ? (
          <div className="stack">
            <p>{t('This is shown once. Store it where your program reads it.')}</p>
            <CopyText text={create.data.key} />
            <Button onClick={close}>{t('Done')}</Button>
          </div>
        ) : (
          <form
            noValidate
            className="stack"
            onSubmit={form.onSubmit(({ name, days, scopes }) =>
              create.mutate({ name, scopes: scopes as Scope[], ...(days ? { expiresAt: inDays(Number(days)) } : {}) }),
            )}
          >
            <TextInput
              label={t('Name')}
              {...limits(keysCreate.name)}
              {...form.getInputProps('name')}
              error={errors['name']}
            />
            <NativeSelect
              label={t('Works')}
              data={[
                { value: '', label: t('until it is revoked') },
                ...[30, 90, 365].map((days) => ({ value: String(days), label: t('{days} days', { days }) })),
              ]}
              {...form.getInputProps('days')}
              error={errors['expiresAt']}
            />
            <Checkbox.Group label={t('What it may do')} {...form.getInputProps('scopes')} error={errors['scopes']}>
              {grantable.map((scope) => (
                <Checkbox key={scope} value={scope} label={scope} size="xs" my={4} />
              ))}
            </Checkbox.Group>
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
