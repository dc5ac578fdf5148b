import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { CandlesImportInput } from '@tidegate/client';
import { candlesImport } from '@tidegate/client/generated/limits/bot-executor';
import { useEffect, useRef, useState } from 'react';
import { useRead, useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { MayOrAsk } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { type Beginning, beginningOf } from './beginning-of.ts';
import { DropFile } from './drop-file.tsx';
import { ImportPreview } from './import-preview.tsx';
import { ListSeries } from './list-series.tsx';
import { ListUploads } from './list-uploads.tsx';
import { OwnMarkets } from './own-markets.tsx';
import { SendFile } from './send-file.tsx';

const INTERVALS = candlesImport.interval.choices;
/** Of typing, after which it is read again. */
const PAUSE_MS = 300;
/** Of an import that is answered at once. */
const MOST_ROWS = 20_000;

/** A file, how it is understood, and only then the import. */
export function ImportCandles() {
  const markets = useRead('marketsList', {}).data?.items ?? [];
  const [file, setFile] = useState<File>();
  const [beginning, setBeginning] = useState<Beginning>();
  const [unreadable, setUnreadable] = useState<unknown>();
  /** One that is read slowly does not take the place of one that was chosen after it. */
  const last = useRef<File>(undefined);
  const [market, setMarket] = useState('');
  const [interval, setInterval] = useState<(typeof INTERVALS)[number]>('5m');
  const [zone, setZone] = useState('');
  const [skip, setSkip] = useState(false);
  const preview = useWrite('candlesPreviewImport');
  const imported = useWrite('candlesImport');
  const chosen = market || (markets[0]?.market ?? '');
  const options = {
    market: chosen,
    interval,
    ...(zone.trim() ? { zone: zone.trim() } : {}),
    ...(skip ? { wrongRows: 'skip' as const } : {}),
  };
  const typed = JSON.stringify(options);
  const [asked] = useDebouncedValue(typed, PAUSE_MS);
  const { mutate } = preview;
  useEffect(() => {
    if (!beginning?.text) return;
    mutate({ ...(JSON.parse(asked) as typeof options), csv: firstRows(beginning.text) } as CandlesImportInput);
  }, [beginning, asked, mutate]);
  const choose = (next: File) => {
    setFile(next);
    setBeginning(undefined);
    setUnreadable(undefined);
    preview.reset();
    imported.reset();
    last.current = next;
    const ofLast =
      <T,>(say: (value: T) => void) =>
      (value: T) => {
        if (last.current === next) say(value);
      };
    beginningOf(next).then(ofLast(setBeginning), ofLast(setUnreadable));
  };
  const understood = asked === typed ? preview.data : undefined;
  const small = beginning?.whole === true && firstRows(beginning.text) === beginning.text;
  return (
    <Page title={t('Candles')} lead={t('Prices of your own, for bots, backtests and sweeps.')}>
      <MayOrAsk op="candlesImport">
        <div className="columns">
          <section className="stack" aria-label={t('File')}>
            <DropFile file={file} onFile={choose} />
            <NativeSelect
              label={t('Market')}
              data={markets.map((one) => one.market)}
              value={chosen}
              onChange={({ currentTarget }) => setMarket(currentTarget.value)}
            />
            <NativeSelect
              label={t('Candles are of')}
              data={[...INTERVALS]}
              value={interval}
              onChange={({ currentTarget }) => setInterval(currentTarget.value as typeof interval)}
            />
            <TextInput
              label={t('Time zone of times that name none, such as +02:00 (empty: refuse them)')}
              {...limits(candlesImport.zone)}
              value={zone}
              onChange={({ currentTarget }) => setZone(currentTarget.value)}
            />
            <Checkbox
              label={t('Leave out wrong lines instead of refusing the file')}
              checked={skip}
              onChange={({ currentTarget }) => setSkip(currentTarget.checked)}
            />
          </section>
          <section className="stack" aria-label={t('How it is understood')} aria-live="polite">
            <ProblemNote error={unreadable ?? preview.error ?? imported.error} />
            {file && understood ? <ImportPreview preview={understood} whole={small} /> : null}
            {file && understood && small ? (
              <Button
                disabled={!understood.importable || imported.isPending}
                loading={imported.isPending}
                onClick={() => imported.mutate({ ...options, csv: beginning.text })}
              >
                {t('Import')}
              </Button>
            ) : null}
            {file && understood && beginning && !small ? (
              <SendFile
                key={`${file.name} ${file.lastModified} ${asked}`}
                file={file}
                options={options}
                allowed={understood.importable}
              />
            ) : null}
            {imported.data ? (
              <StateMark mark="ok">
                {t(
                  '{imported, plural, one {# candle} other {# candles}} imported: {added} new, {replaced} with other prices.',
                  {
                    imported: imported.data.imported,
                    added: imported.data.added,
                    replaced: imported.data.replaced,
                  },
                )}
              </StateMark>
            ) : null}
          </section>
        </div>
      </MayOrAsk>
      <ListUploads />
      <ListSeries />
      <OwnMarkets />
    </Page>
  );
}

/** What a preview takes: whole lines. */
function firstRows(text: string): string {
  let end = -1;
  for (let rows = 0; rows < MOST_ROWS; rows += 1) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return text;
  }
  return end === text.length - 1 ? text : text.slice(0, end + 1);
}
