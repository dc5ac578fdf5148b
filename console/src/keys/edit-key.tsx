import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ApiKey } from '@tidegate/client';
import { keysRename } from '@tidegate/client/generated/limits/identity';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { CopyText } from '../kernel/copy-text.tsx';
import { inUnits } from '../kernel/format.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

export function RenameKey({ of }: { of: ApiKey }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        {t('Rename')}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t('Rename the key {name}', { name: of.name })}>
        <NewName of={of} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

/** As long as the dialog is open: what was typed and refused is not there the next time. */
function NewName({ of, onDone }: { of: ApiKey; onDone: () => void }) {
  const form = useForm({ initialValues: { name: of.name } });
  const rename = useWrite('keysRename', { onDone });
  const errors = fieldErrors(rename.error);
  return (
    <form noValidate className="stack" onSubmit={form.onSubmit(({ name }) => rename.mutate({ keyId: of.id, name }))}>
      <TextInput
        label={t('Name')}
        {...limits(keysRename.name)}
        {...form.getInputProps('name')}
        error={errors['name']}
      />
      <ProblemNote error={restOf(rename.error, errors)} />
      <Button type="submit" loading={rename.isPending}>
        {t('Rename')}
      </Button>
    </form>
  );
}

/**
 * The new secret is shown once, in this dialog, and kept nowhere. It belongs to the page and not to the key's row, which
 * changes as soon as the key is replaced.
 */
export function RotateKey({ of, onClose }: { of: ApiKey; onClose: () => void }) {
  const form = useForm({ initialValues: { hours: '24' } });
  const rotate = useWrite('keysRotate');
  return (
    <Modal opened onClose={onClose} title={t('Rotate the key {name}', { name: of.name })}>
      {rotate.data ? (
        <div className="stack">
          <p>{t('This is shown once. Store it where your program reads it.')}</p>
          <CopyText text={rotate.data.key} />
          <Button onClick={onClose}>{t('Done')}</Button>
        </div>
      ) : (
        <form
          noValidate
          className="stack"
          onSubmit={form.onSubmit(({ hours }) => rotate.mutate({ keyId: of.id, overlapHours: Number(hours) }))}
        >
          <p>{t('A new key with the same rights takes its place. Change your program while both work.')}</p>
          <NativeSelect
            label={t('The old key works for')}
            data={[
              { value: '24', label: inUnits(1, 'day') },
              { value: '168', label: inUnits(1, 'week') },
              { value: '720', label: inUnits(30, 'day') },
              { value: '0', label: t('no longer: it has leaked') },
            ]}
            {...form.getInputProps('hours')}
          />
          <ProblemNote error={rotate.error} />
          <Button type="submit" loading={rotate.isPending}>
            {t('Make the new key')}
          </Button>
        </form>
      )}
    </Modal>
  );
}
