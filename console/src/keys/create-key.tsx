import { Button, Checkbox, CopyButton, Modal, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { KeysCreateInput } from '@tidegate/client';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

type Scope = KeysCreateInput['scopes'][number];
const SCOPES: Scope[] = [
  'servers:read',
  'servers:write',
  'bots:read',
  'bots:write',
  'channels:read',
  'channels:write',
  'usage:read',
  'usage:write',
  'billing:read',
  'billing:write',
  'org:read',
  'members:read',
  'keys:read',
];

/** The secret is shown once, in this dialog, and kept nowhere. */
export function CreateKey() {
  const [open, setOpen] = useState(false);
  const form = useForm({ initialValues: { name: '', scopes: [] as string[] } });
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
      <Modal opened={open} onClose={close} title={t('Create a key')} closeButtonProps={{ 'aria-label': t('Close') }}>
        {create.data ? (
          <div className="stack">
            <p>{t('This is shown once. Store it where your program reads it.')}</p>
            <pre className="sql">{create.data.key}</pre>
            <CopyButton value={create.data.key}>
              {({ copy, copied }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? t('Copied') : t('Copy')}
                </Button>
              )}
            </CopyButton>
            <Button onClick={close}>{t('Done')}</Button>
          </div>
        ) : (
          <form
            className="stack"
            onSubmit={form.onSubmit(({ name, scopes }) => create.mutate({ name, scopes: scopes as Scope[] }))}
          >
            <TextInput label={t('Name')} required {...form.getInputProps('name')} error={errors['name']} />
            <Checkbox.Group label={t('What it may do')} {...form.getInputProps('scopes')} error={errors['scopes']}>
              {SCOPES.map((scope) => (
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
