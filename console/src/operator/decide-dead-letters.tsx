import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { DeadLetter, ServiceDeadLettersListInput } from '@tidegate/client';
import { serviceDeadLettersDiscard } from '@tidegate/client/generated/limits/operator';
import { usePages, useWrite } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { DialogButton } from '../kernel/dialog-button.tsx';
import { Empty } from '../kernel/empty.tsx';
import { faultText } from '../kernel/fault-text.ts';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { ReasonForm } from './reason-form.tsx';

const route = getRouteApi('/o/$org/operator/services/$service');

/** What a service could not handle: replayed once its cause is mended, or discarded. */
export function DecideDeadLetters() {
  const service = route.useParams().service as ServiceDeadLettersListInput['service'];
  const letters = usePages('serviceDeadLettersList', { service, limit: 50 }, { everyMs: 30_000 });
  const replay = useWrite('serviceDeadLettersReplay');
  const columns: Column<DeadLetter>[] = [
    { key: 'at', title: t('Died'), value: ({ diedAt }) => diedAt, cell: ({ diedAt }) => <Moment at={diedAt} /> },
    { key: 'type', title: t('Event'), value: ({ type }) => type },
    { key: 'aggregate', title: t('About'), value: ({ aggregate }) => aggregate },
    { key: 'error', title: t('Why'), value: whyText, wide: true },
    { key: 'attempts', title: t('Attempts'), value: ({ attempts }) => attempts, number: true },
    {
      key: 'decide',
      title: '',
      value: () => null,
      cell: ({ id, type }) => (
        <span className="row">
          <Button
            size="compact-sm"
            loading={replay.isPending && replay.variables.deadLetterId === id}
            onClick={() => replay.mutate({ service, deadLetterId: id })}
          >
            {t('Replay')}
          </Button>
          <DialogButton label={t('Discard')} question={t('Discard {type}?', { type })}>
            {(close) => <Discard service={service} deadLetterId={id} onDone={close} />}
          </DialogButton>
        </span>
      ),
    },
  ];
  return (
    <Page
      title={t('Dead letters of {service}', { service })}
      lead={t('Mend the cause, then replay. A letter stays when it fails again.')}
    >
      <ProblemNote error={replay.error} />
      <Reading of={letters}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('Nothing failed')}>
              {t('What the service could not handle after all its attempts stands here, to be replayed or discarded.')}
            </Empty>
          ) : (
            <DataTable name={t('Dead letters')} rows={items} columns={columns} rowKey={({ id }) => id} more={more} />
          )
        }
      </Reading>
    </Page>
  );
}

/** What of the event does not fit, in the reader's language; any other reason as it was thrown. */
const whyText = ({ error, faults }: DeadLetter): string =>
  faults.length > 0 ? faults.map((fault) => `${fault.field || '/'}: ${faultText(fault)}`).join(' ') : error;

interface Discarded {
  service: ServiceDeadLettersListInput['service'];
  deadLetterId: string;
  onDone: () => void;
}

function Discard({ service, deadLetterId, onDone }: Discarded) {
  const discard = useWrite('serviceDeadLettersDiscard', { onDone });
  return (
    <ReasonForm
      dangerous
      label={t('Discard')}
      consequence={t('What it says never reaches this service. The log keeps it.')}
      limit={serviceDeadLettersDiscard.reason}
      write={discard}
      onSend={(reason) => discard.mutate({ service, deadLetterId, reason })}
    />
  );
}
