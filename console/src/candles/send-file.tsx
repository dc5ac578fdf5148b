import { Button } from '@mantine/core';
import type { CandlesBeginUploadInput } from '@tidegate/client';
import { useState } from 'react';
import { client, useOrg, useWrite } from '../kernel/api.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

interface Props {
  file: File;
  options: CandlesBeginUploadInput;
  allowed: boolean;
}

/** A large file goes as it is, and is read in the background: the list below follows it. */
export function SendFile({ file, options, allowed }: Props) {
  const organisation = useOrg();
  const [state, setState] = useState<'sending' | 'sent'>();
  const [failed, setFailed] = useState<unknown>();
  const begin = useWrite('candlesBeginUpload', {
    onDone: async ({ id }) => {
      setState('sending');
      try {
        await client.candlesSendFile({ uploadId: id, file }, { organisation });
        setState('sent');
      } catch (error) {
        setState(undefined);
        setFailed(error);
      }
    },
  });
  return (
    <>
      <Button
        disabled={!allowed || state === 'sent'}
        loading={begin.isPending || state === 'sending'}
        onClick={() => {
          setFailed(undefined);
          begin.mutate(options);
        }}
      >
        {t('Send and import')}
      </Button>
      <ProblemNote error={begin.error ?? failed} />
      {state === 'sent' ? <StateMark mark="pending">{t('Sent. It is read now; see below.')}</StateMark> : null}
    </>
  );
}
