import { Button, Progress } from '@mantine/core';
import type { CandlesBeginUploadInput } from '@tidegate/client';
import { useState } from 'react';
import { client, useOrg, useRead, useWrite } from '../kernel/api.ts';
import { bytes, share } from '../kernel/format.ts';
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
  const [upload, setUpload] = useState('');
  const send = useWrite('candlesBeginUpload', {
    onDone: async ({ id }) => {
      setUpload(id);
      await client.candlesSendFile({ uploadId: id, file }, { organisation });
    },
  });
  return (
    <>
      <Button disabled={!allowed || send.isSuccess} loading={send.isPending} onClick={() => send.mutate(options)}>
        {t('Send and import')}
      </Button>
      {send.isPending && upload ? <Arrived uploadId={upload} of={file.size} /> : null}
      <ProblemNote error={send.error} />
      {send.isSuccess ? <StateMark mark="pending">{t('Sent. It is read now; see below.')}</StateMark> : null}
    </>
  );
}

/** How much of the file has arrived, as the other side says. */
function Arrived({ uploadId, of }: { uploadId: string; of: number }) {
  const arrived = useRead('candlesGetUpload', { uploadId }, { everyMs: 1_000 }).data?.bytes ?? 0;
  const part = of > 0 ? Math.min(1, arrived / of) : 0;
  const text = t('{arrived} of {all} have arrived ({part})', {
    arrived: bytes(arrived),
    all: bytes(of),
    part: share(part),
  });
  return (
    <div>
      <p className="quiet">{text}</p>
      <Progress value={part * 100} aria-label={text} />
    </div>
  );
}
