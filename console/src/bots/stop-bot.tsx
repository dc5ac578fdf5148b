import { Button, Modal, Radio } from '@mantine/core';
import type { Bot } from '@tidegate/client';
import { useState } from 'react';
import { useRead, useWrite } from '../kernel/api.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { orderName } from '../ladder/order-words.ts';

/** Stops a bot, and says beforehand what becomes of each order that waits. */
export function StopBot({ bot: { id, name, openTradeId } }: { bot: Pick<Bot, 'id' | 'name' | 'openTradeId'> }) {
  const [open, setOpen] = useState(false);
  const [openTrade, setOpenTrade] = useState<'finish' | 'close'>('finish');
  const stop = useWrite('botsStop', { onDone: () => setOpen(false) });
  const levels = useRead('botsLevels', { botId: id }, { enabled: open });
  const waiting = levels.data?.levels.filter(({ state }) => state === 'waiting') ?? [];
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        {t('Stop')}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t('Stop {name}?', { name })}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            // In a form, that one would be sent as well.
            event.stopPropagation();
            stop.mutate({ botId: id, openTrade });
          }}
        >
          {openTradeId ? (
            <Radio.Group
              label={t('Its open trade')}
              value={openTrade}
              onChange={(value) => setOpenTrade(value === 'close' ? 'close' : 'finish')}
            >
              <div className="stack">
                <Radio value="finish" label={t('is finished first; no new one is opened')} />
                <Radio value="close" label={t('is closed now, at the last price')} />
              </div>
            </Radio.Group>
          ) : (
            <p>{t('No new trade is opened.')}</p>
          )}
          {openTradeId && waiting.length > 0 ? (
            <ul>
              {waiting.map((level) => (
                <li key={`${level.kind} ${level.index} ${level.price}`}>
                  {orderName(level.kind)} {level.price}:{' '}
                  {openTrade === 'close' ? t('is cancelled') : t('stays until the trade ends')}
                </li>
              ))}
            </ul>
          ) : null}
          <ProblemNote error={stop.error} />
          <div className="row">
            <Button type="submit" color="red" loading={stop.isPending}>
              {t('Stop')}
            </Button>
            <Button variant="default" onClick={() => setOpen(false)}>
              {t('No')}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
