import type { ImportOptions, TimeFormat } from '@tidegate/contracts/bot-executor/candles';
import type { MarketRules } from '../../markets/markets.rules.ts';
import { CandleTable } from './candle-table.ts';
import { type Columns, columnsOf, IN_ORDER, isHeader, ROLES, saysUtc } from './columns.rules.ts';
import { PriceReader } from './prices.rules.ts';
import { readTime, readZone } from './times.rules.ts';

export interface FileRequest {
  market: MarketRules;
  intervalMs: number;
  /** Name of the interval. */
  interval: string;
  options: ImportOptions;
  maxRows: number;
}

export interface Refused {
  line: number;
  message: string;
}

/** Refused rows that are listed one by one. */
const LISTED = 20;
/** With so many the file is not read any further. */
const MAX_REFUSED = 1_000;
/** Lines before a header, such as a title. */
const MAX_PREAMBLE = 10;

/** Aborts the reading of a file of which nothing can be used. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Takes a file's rows one by one and collects their candles. Throws only when the whole file cannot be used. */
export class RowReader {
  readonly table = new CandleTable();
  readonly refused: Refused[] = [];
  readonly formats = new Set<TimeFormat>();
  readonly prices: PriceReader;
  refusedRows = 0;
  rows = 0;
  rounded = 0;
  /** Comments, lines before the header, and repeated headers. */
  skipped = 0;
  header: readonly string[] | undefined;
  columns: Columns | undefined;
  private preamble: { cells: readonly string[]; line: number }[] = [];
  private zone: number | undefined;
  private readonly request: FileRequest;

  constructor(request: FileRequest) {
    const { market, options } = request;
    this.request = request;
    const mark = options.decimalMark === 'auto' ? undefined : options.decimalMark;
    this.prices = new PriceReader(market.tickSize, { mark, nearest: options.rounding === 'nearest' });
    this.zone = options.zone === undefined ? undefined : readZone(options.zone);
  }

  row(cells: readonly string[], line: number): void {
    if (cells.every((cell) => cell === '')) return;
    if (cells[0]?.startsWith('#')) {
      this.skipped += 1;
      return;
    }
    if (this.columns) this.data(cells, line, this.columns);
    else this.begin(cells, line);
  }

  /** After the last row. The file may have ended before its first candle. */
  end(): void {
    if (!this.columns) for (const { line } of this.preamble) this.refuse(line, SHORT);
  }

  private begin(cells: readonly string[], line: number): void {
    if (cells.length < ROLES.length) {
      if (this.preamble.push({ cells, line }) > MAX_PREAMBLE) throw new Unreadable(`Line ${line}: ${SHORT}`);
      return;
    }
    if (!isHeader(cells)) {
      this.columns = IN_ORDER;
      // Without a header they are rows like any other.
      for (const one of this.preamble) this.refuse(one.line, SHORT);
      this.data(cells, line, IN_ORDER);
      return;
    }
    const columns = columnsOf(cells);
    if (typeof columns === 'string') throw new Unreadable(`Line ${line}: ${columns}`);
    this.columns = columns;
    this.header = cells;
    this.skipped += this.preamble.length;
    if (this.zone === undefined && saysUtc(cells[columns.time] as string)) this.zone = 0;
  }

  private data(cells: readonly string[], line: number, columns: Columns): void {
    // Concatenated files repeat their header.
    if (this.header && cells[columns.close] === this.header[columns.close] && isHeader(cells)) {
      this.skipped += 1;
      return;
    }
    this.rows += 1;
    if (this.rows > this.request.maxRows)
      throw new Unreadable(`Line ${line}: Send at most ${this.request.maxRows} candles at once.`);
    const wrong = this.candle(cells, line, columns);
    if (wrong !== undefined) this.refuse(line, wrong);
  }

  /** Adds the candle, or returns what is wrong with the row. */
  private candle(cells: readonly string[], line: number, columns: Columns): string | undefined {
    const { date, open, high, low, close } = columns;
    const text = cells[columns.time] ?? '';
    const clock = date !== undefined && /^\d\d:\d\d(:\d\d)?$/.test(text);
    const time = readTime(clock ? `${cells[date]} ${text}` : text, this.zone);
    if (cells.length < ROLES.length) return SHORT;
    if (typeof time === 'string') return time;
    const { interval, intervalMs } = this.request;
    if (time.at % intervalMs !== 0)
      return `A candle of ${interval} does not begin at ${new Date(time.at).toISOString()}.`;
    const ticks = [0, 0, 0, 0];
    let rounded = false;
    for (const [place, column] of [open, high, low, close].entries()) {
      const price = this.prices.read(cells[column] ?? '');
      if (typeof price === 'string') return price;
      if (price < 0) rounded = true;
      ticks[place] = Math.abs(price);
    }
    const [first, highest, lowest, last] = ticks as [number, number, number, number];
    if (highest < first || highest < last || lowest > first || lowest > last)
      return 'high must be the highest and low the lowest of the four prices.';
    if (rounded) this.rounded += 1;
    this.formats.add(time.format);
    this.table.add(time.at, ticks, line);
    return undefined;
  }

  private refuse(line: number, message: string): void {
    this.refusedRows += 1;
    if (this.refused.length < LISTED) this.refused.push({ line, message });
    if (this.refusedRows >= MAX_REFUSED && this.request.options.wrongRows === 'refuse')
      throw new Unreadable(
        `${MAX_REFUSED} rows cannot be read. The first is line ${this.refused[0]?.line}: ${this.refused[0]?.message}`,
      );
  }
}

const SHORT = 'It needs time,open,high,low,close.';
