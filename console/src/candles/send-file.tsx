import { Button } from '@mantine/core';
import type { CandlesBeginUploadInput } from '@tidegate/client';
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
  const send = useWrite('candlesBeginUpload', {
    onDone: async ({ id }) => {
      await client.candlesSendFile({ uploadId: id, file }, { organisation });
    },
  });
  return (
    <>
      <Button disabled={!allowed || send.isSuccess} loading={send.isPending} onClick={() => send.mutate(options)}>
        {t('Send and import')}
      </Button>
      <ProblemNote error={send.error} />
      {send.isSuccess ? <StateMark mark="pending">{t('Sent. It is read now; see below.')}</StateMark> : null}
    </>
  );
}
