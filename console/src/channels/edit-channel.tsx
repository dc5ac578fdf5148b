import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Channel } from '@tidegate/client';
import { channelsUpdate } from '@tidegate/client/generated/limits/notifier';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { CopyText } from '../kernel/copy-text.tsx';
import { needed } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { NOTICES, type Notices, noticeWords } from './notice-words.ts';

/** Its name, of what it is told, and another secret for a webhook. */
export function EditChannel({ of }: { of: Channel }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        {t('Edit')}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t('Edit the channel {name}', { name: of.name })}>
        <div className="stack">
          <Settings of={of} onDone={() => setOpen(false)} />
          {of.kind === 'webhook' ? <Rotate of={of} /> : null}
        </div>
      </Modal>
    </>
  );
}

function Settings({ of, onDone }: { of: Channel; onDone: () => void }) {
  const form = useForm({ initialValues: { name: of.name, events: of.events as string[] } });
  const update = useWrite('channelsUpdate', { onDone });
  const errors = fieldErrors(update.error);
  return (
    <form
      noValidate
      className="stack"
      onSubmit={form.onSubmit(({ name, events }) =>
        update.mutate({ channelId: of.id, name, events: events as Notices }),
      )}
    >
      <TextInput
        label={t('Name')}
        {...needed(channelsUpdate.name)}
        {...form.getInputProps('name')}
        error={errors['name']}
      />
      <Checkbox.Group label={t('Of what')} {...form.getInputProps('events')} error={errors['events']}>
        {NOTICES.map((event) => (
          <Checkbox key={event} value={event} label={noticeWords(event)} size="xs" my={4} />
        ))}
      </Checkbox.Group>
      <ProblemNote error={restOf(update.error, errors)} />
      <Button type="submit" loading={update.isPending}>
        {t('Save')}
      </Button>
    </form>
  );
}

function Rotate({ of }: { of: Channel }) {
  const rotate = useWrite('channelsRotateSecret');
  if (rotate.data) {
    return (
      <>
        <p>{t('Messages are signed with both secrets for a day. This one is shown once.')}</p>
        <CopyText text={rotate.data.secret} />
      </>
    );
  }
  return (
    <div>
      <ProblemNote error={rotate.error} />
      <Button
        variant="default"
        loading={rotate.isPending}
        onClick={() => rotate.mutate({ channelId: of.id, overlapHours: 24 })}
      >
        {t('Make a new secret')}
      </Button>
    </div>
  );
}
