import { pipeline } from 'node:stream/promises';
import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';
import type { CandleReport } from '@tidegate/contracts/bot-executor/candles';
import { CsvError, parse } from 'csv-parse';
import type { Columns } from '../../kernel/candle-series.rules.ts';
import { gapsOf } from '../../kernel/gaps.rules.ts';
import { excerpt, ROLES, SEPARATORS, type Separator, separatorOf } from './columns.rules.ts';
import { bounded, headOf, unpacked } from './pieces.ts';
import { type FileRequest, RowReader, Unreadable } from './row-reader.ts';

/*
 * From the bytes of a file to candles, as a stream: however large the file is, only a piece of its text is in memory. gzip
 * is recognised by its first bytes. The report says how the file was understood, and the faults why there are no candles.
 */
export interface CandleFile {
  report: CandleReport;
  /** In the order of time; undefined when there are faults. */
  candles: Columns | undefined;
  faults: Fault[];
}

export interface Fault {
  code:
    | 'invalid_candle'
    | 'unreadable'
    | 'no_candles'
    | 'contradiction'
    | 'wrong_interval'
    | 'doubtful_marks'
    | 'too_scattered';
  message: string;
}

/** Decompressed: some years of minutes. More counts as a decompression bomb. */
export const MAX_TEXT_BYTES = 512 * 1024 * 1024;
const MAX_LINE = 65_536;

export async function readCandleFile(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  request: FileRequest,
  onRows: (rows: number) => void = () => {},
  maxText = MAX_TEXT_BYTES,
): Promise<CandleFile> {
  const reader = new RowReader(request);
  const found = { compressed: false, separator: 'comma' as Separator };
  try {
    await feed(bytes, reader, found, { onRows, maxText });
    reader.end();
  } catch (error) {
    const message = faultOf(error);
    if (message === undefined) throw error;
    return { ...reportOf(reader, request, found), candles: undefined, faults: [{ code: 'unreadable', message }] };
  }
  return check(reader, request, reportOf(reader, request, found));
}

async function feed(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  reader: RowReader,
  found: { compressed: boolean; separator: Separator },
  { onRows, maxText }: { onRows: (rows: number) => void; maxText: number },
): Promise<void> {
  const pieces = bounded(unpacked(bytes, found), maxText);
  const head = await headOf(pieces);
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw new Unreadable('The file is UTF-16. Save it as UTF-8.');
  found.separator = separatorOf(head.toString('utf8'));
  const parser = parse({
    bom: true,
    delimiter: SEPARATORS[found.separator],
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_LINE,
    // Rows are used at once, not queued.
    on_record: (cells: string[], { lines }: { lines: number }) => {
      reader.row(cells, lines);
      return null;
    },
  });
  const text = async function* () {
    yield head;
    for await (const piece of pieces) {
      yield piece;
      onRows(reader.rows);
    }
  };
  // It emits nothing but its end.
  parser.resume();
  await pipeline(text, parser);
  onRows(reader.rows);
}

/** What is wrong with the file; undefined for errors of our own. */
function faultOf(error: unknown): string | undefined {
  if (error instanceof Unreadable) return error.message;
  if (error instanceof CsvError) return `Line ${Number(error['lines'] ?? 1)}: ${excerpt(error.message, 200)}`;
  const code = String((error as { code?: unknown }).code ?? '');
  if (code.startsWith('Z_')) return 'The gzip file is damaged or incomplete. Send it again.';
  return undefined;
}

type Report = Pick<CandleFile, 'report'>;

function reportOf(
  reader: RowReader,
  { options }: FileRequest,
  { compressed, separator }: { compressed: boolean; separator: Separator },
): Report {
  const { columns, header } = reader;
  const called = (place: number) =>
    header ? excerpt(header[place] as string) || 'first, without a name' : `column ${place + 1}`;
  const names = columns && Object.fromEntries(ROLES.map((role) => [role, called(columns[role])]));
  return {
    report: {
      understood: {
        compressed,
        separator,
        header: header !== undefined,
        columns: (names ?? null) as CandleReport['understood']['columns'],
        decimalMark: reader.prices.mark ?? 'point',
        timeFormats: [...reader.formats],
        zone: options.zone ?? null,
        stepSeconds: null,
      },
      rows: reader.rows,
      candles: 0,
      from: null,
      to: null,
      gaps: { places: 0, missing: 0, longest: [] },
      duplicates: 0,
      rounded: reader.rounded,
      skippedLines: reader.skipped,
      refusedRows: reader.refusedRows,
      refused: reader.refused,
    },
  };
}

function check(reader: RowReader, request: FileRequest, { report }: Report): CandleFile {
  const { options, intervalMs, interval } = request;
  const { candles, repeated, contradictions } = reader.table.sorted();
  const { at } = candles;
  const step = stepOf(at);
  const iso = (instant: number | undefined) => (instant === undefined ? null : new Date(instant).toISOString());
  Object.assign(report, {
    candles: at.length,
    from: iso(at[0]),
    to: iso(at.at(-1)),
    gaps: gapsOf(at, intervalMs),
    duplicates: repeated.count,
  });
  report.understood.stepSeconds = step === undefined ? null : step / 1_000;
  const faults: Fault[] = [];
  // First, because other faults may follow from it.
  if (reader.prices.doubtful) faults.push({ code: 'doubtful_marks', message: DOUBTFUL });
  if (options.wrongRows === 'refuse')
    for (const { line, message } of reader.refused)
      faults.push({ code: 'invalid_candle', message: `Line ${line}: ${message}` });
  for (const { first, again } of contradictions.listed)
    faults.push({
      code: 'contradiction',
      message: `Line ${again}: This time appeared before, in line ${first}, with other prices.`,
    });
  if (options.duplicates === 'refuse')
    for (const { first, again } of repeated.listed)
      faults.push({
        code: 'invalid_candle',
        message: `Line ${again}: This candle appeared before, in line ${first}. Send each once, or allow it (duplicates: identical).`,
      });
  if (faults.length === 0 && at.length === 0) faults.push({ code: 'no_candles', message: NONE });
  // Two candles say nothing about the interval; three or more that lie evenly too far apart need `sparse`.
  if (faults.length === 0 && !options.sparse && at.length >= 3 && step !== undefined && step > intervalMs)
    faults.push({ code: 'wrong_interval', message: wrongInterval(step, interval) });
  return { report, candles: faults.length === 0 ? candles : undefined, faults };
}

const DOUBTFUL =
  'Every comma in the prices is followed by three digits: is it a decimal mark, or does it separate thousands? Set decimalMark to comma, or send prices without commas.';
const NONE = 'There is no candle in it: time,open,high,low,close.';

/** The longest step of which all distances are multiples. */
function stepOf(at: Float64Array): number | undefined {
  let step = 0;
  for (let i = 1; i < at.length; i += 1) {
    let [a, b] = [step, (at[i] as number) - (at[i - 1] as number)];
    while (b !== 0) [a, b] = [b, a % b];
    step = a;
  }
  return step === 0 ? undefined : step;
}

function wrongInterval(step: number, interval: string): string {
  const name = Object.entries(INTERVAL_MS).find(([, ms]) => ms === step)?.[0];
  const lie = name ? `These are candles of ${name}` : `These candles lie ${step / 60_000} minutes apart`;
  return `${lie}, not of ${interval}. Import them with their own interval; if most candles are missing, set sparse to true.`;
}
