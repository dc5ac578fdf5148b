import type { CandlesPreviewImportOutput } from '@tidegate/client';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Fact } from '../kernel/fact.tsx';
import { exact, zoneName } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

type Preview = CandlesPreviewImportOutput;
type Refused = Preview['report']['refused'][number];

/** What was understood of a file: columns, times, gaps, and each line that is wrong. */
export function ImportPreview({ preview, whole }: { preview: Preview; whole: boolean }) {
  const { importable, faults, report, first, market, interval } = preview;
  const { understood, gaps } = report;
  const lines: Column<Refused>[] = [
    { key: 'line', title: t('Line'), number: true, value: ({ line }) => line },
    { key: 'message', title: t('What is wrong'), wide: true, value: ({ message }) => message },
  ];
  return (
    <>
      <StateMark mark={importable ? 'ok' : 'critical'}>
        {importable ? t('It can be imported') : t('It would be refused')}
      </StateMark>
      {whole ? null : <p className="quiet">{t('Judged by its beginning; the rest is checked when it is read.')}</p>}
      {faults.map(({ code, message }) => (
        <p key={`${code} ${message}`}>{message}</p>
      ))}
      <dl className="facts">
        <Fact name={t('Market')} value={market} />
        <Fact name={t('Candles')} value={`${exact(report.candles)} × ${interval}`} />
        <Fact
          name={t('From – to ({zone})', { zone: zoneName() })}
          value={
            report.from && report.to ? (
              <>
                <Moment at={report.from} /> – <Moment at={report.to} />
              </>
            ) : (
              '–'
            )
          }
        />
        <Fact
          name={t('Step between lines')}
          value={understood.stepSeconds === null ? '–' : t('{seconds} s', { seconds: understood.stepSeconds })}
        />
        <Fact
          name={t('Times')}
          value={[...understood.timeFormats, understood.zone].filter(Boolean).join(', ') || '–'}
        />
        <Fact
          name={t('Columns')}
          value={
            understood.columns
              ? Object.entries(understood.columns)
                  .map(([value, column]) => `${value}: ${column}`)
                  .join(', ')
              : '–'
          }
        />
        <Fact
          name={t('Gaps')}
          value={t(
            '{missing, plural, one {# candle is} other {# candles are}} missing in {places, plural, one {# place} other {# places}}',
            { missing: gaps.missing, places: gaps.places },
          )}
        />
        <Fact name={t('Repeated lines')} value={report.duplicates} />
        <Fact name={t('Wrong lines')} value={report.refusedRows} />
      </dl>
      {gaps.longest.length > 0 ? (
        <DataTable
          name={t('Longest gaps')}
          rows={gaps.longest}
          columns={[
            {
              key: 'from',
              title: t('Missing from'),
              value: ({ from }) => from,
              cell: ({ from }) => <Moment at={from} />,
            },
            { key: 'to', title: t('to'), value: ({ to }) => to, cell: ({ to }) => <Moment at={to} /> },
            { key: 'missing', title: t('Candles'), number: true, value: ({ missing }) => missing },
          ]}
          rowKey={({ from }) => from}
        />
      ) : null}
      {report.refused.length > 0 ? (
        <DataTable name={t('Wrong lines')} rows={report.refused} columns={lines} rowKey={({ line }) => String(line)} />
      ) : null}
      {first.length > 0 ? (
        <DataTable
          name={t('First candles')}
          rows={first}
          columns={[
            { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
            { key: 'open', title: t('Opening price'), number: true, value: ({ open }) => open },
            { key: 'high', title: t('Highest'), number: true, value: ({ high }) => high },
            { key: 'low', title: t('Lowest'), number: true, value: ({ low }) => low },
            { key: 'close', title: t('Closing price'), number: true, value: ({ close }) => close },
          ]}
          rowKey={({ at }) => at}
        />
      ) : null}
    </>
  );
}
