import { Button, TextInput } from '@mantine/core';
import type { ServerAnnotation } from '@tidegate/client';
import { serversNotesCreate } from '@tidegate/client/generated/limits/monitor-agent';
import { useState } from 'react';
import { useWrite } from './api.ts';
import { limits } from './limits.ts';
import { useMay } from './may.tsx';
import { Moment } from './moment.tsx';
import { newestError } from './newest-error.rules.ts';
import { fieldErrors, restOf } from './problem-form.ts';
import { ProblemNote } from './problem-note.tsx';
import { t } from './strings.ts';

const KINDS: Record<ServerAnnotation['kind'], string> = {
  crash_recovery: 'Crash and recovery',
  restart: 'Restart',
  statements_reset: 'Counters of statements were reset',
  counters_reset: 'Counters were reset',
  promoted: 'A standby became the primary',
  another_server: 'Another server answers at this address',
  note: 'Note',
};

/** What explains the charts above, numbered as there, and a line to write down more. */
export function Notes({
  serverId,
  annotations,
  at,
  readOnly,
}: {
  serverId: string;
  annotations: readonly ServerAnnotation[];
  /** Where a note belongs: the end of what is looked at. */
  at: string;
  readOnly?: boolean | undefined;
}) {
  const [text, setText] = useState('');
  const may = useMay()('serversNotesCreate') && !readOnly;
  const add = useWrite('serversNotesCreate', { onDone: () => setText('') });
  const remove = useWrite('serversNotesDelete');
  const errors = fieldErrors(add.error, {}, ['text']);
  return (
    <section className="stack" aria-label={t('Annotations')} hidden={annotations.length === 0 && !may}>
      {annotations.length > 0 ? (
        <ol>
          {annotations.map(({ id, kind, at: when, text: note, of }) => (
            <li key={`${kind} ${when} ${id}`}>
              <Moment at={when} /> {note ?? t(KINDS[kind])}
              {of.length > 0 ? ` (${of.join(', ')})` : ''}{' '}
              {id && may ? (
                <button
                  type="button"
                  className="as-link"
                  disabled={remove.isPending}
                  onClick={() => remove.mutate({ serverId, noteId: id })}
                >
                  {t('Delete')}
                </button>
              ) : null}
            </li>
          ))}
        </ol>
      ) : null}
      {!may ? null : (
        <form
          noValidate
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) add.mutate({ serverId, text: text.trim(), at });
          }}
        >
          <TextInput
            aria-label={t('What happened')}
            placeholder={t('What happened, such as a release')}
            value={text}
            {...limits(serversNotesCreate.text)}
            error={errors['text']}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
          <Button type="submit" size="compact-sm" variant="default" loading={add.isPending} disabled={!text.trim()}>
            {t('Add a note')}
          </Button>
        </form>
      )}
      <ProblemNote error={restOf(newestError(add, remove), errors)} />
    </section>
  );
}
