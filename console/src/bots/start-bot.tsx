import { Button, Modal, Radio } from '@mantine/core';
import type { Bot, BotsStartInput } from '@tidegate/client';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { Moment } from '../kernel/moment.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

type Resume = NonNullable<BotsStartInput['resume']>;

/** Starts a bot. Of one that has traded before and holds nothing it asks what becomes of the time in between. */
export function StartBot({ bot }: { bot: Pick<Bot, 'id' | 'name' | 'settings' | 'decidedUpTo' | 'openTradeId'> }) {
  const { id, name, settings, decidedUpTo, openTradeId } = bot;
  const [open, setOpen] = useState(false);
  const [resume, setResume] = useState<Resume>('fromNow');
  const start = useWrite('botsStart', { onDone: () => setOpen(false) });
  // With an open trade it goes on where it was: exits have to be watched.
  const isAsked = decidedUpTo !== null && openTradeId === null;
  return (
    <>
      <Button
        size="compact-sm"
        loading={start.isPending && !open}
        onClick={() => (isAsked ? setOpen(true) : start.mutate({ botId: id }))}
      >
        {t('Start')}
      </Button>
      {open ? null : <ProblemNote error={start.error} />}
      {decidedUpTo === null ? null : (
        <Modal opened={open} onClose={() => setOpen(false)} title={t('Start {name}?', { name })}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              event.stopPropagation();
              start.mutate({ botId: id, resume });
            }}
          >
            <p>
              {t('The last candle that it decided on:')} <Moment at={decidedUpTo} />
            </p>
            <Radio.Group
              label={t('Candles that came since')}
              value={resume}
              onChange={(value) => setResume(value === 'catchUp' ? 'catchUp' : 'fromNow')}
            >
              <div className="stack">
                <Radio
                  value="fromNow"
                  label={t('are not traded: it goes on from now')}
                  description={
                    settings.strategy === 'martingale-ema'
                      ? t('It looks at them, because its averages are made of them, and opens nothing.')
                      : t('They are skipped: it neither earns nor loses by them.')
                  }
                />
                <Radio
                  value="catchUp"
                  label={t('are traded now, as if it had run')}
                  description={t(
                    'Trades of that time are opened and closed at the prices of then, count in its profit and among the orders of your plan, and are not taken back.',
                  )}
                />
              </div>
            </Radio.Group>
            <ProblemNote error={start.error} />
            <div className="row">
              <Button type="submit" loading={start.isPending}>
                {t('Start')}
              </Button>
              <Button variant="default" onClick={() => setOpen(false)}>
                {t('No')}
              </Button>
            </div>
          </form>
        </Modal>
      )}
    </>
  );
}
