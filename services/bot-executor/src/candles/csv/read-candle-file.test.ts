import { gzipSync } from 'node:zlib';
import type { CandleInterval, ImportOptions } from '@tidegate/contracts/bot-executor/candles';
import { candlesOf } from '../../kernel/candle-series.rules.ts';
import { findMarket } from '../../markets/built-in-markets.ts';
import { type MarketRules } from '../../markets/markets.rules.ts';
import { defaultOptions, fileRequest } from '../import-options.ts';
import { type CandleFile, readCandleFile } from './read-candle-file.ts';

interface How extends Partial<ImportOptions> {
  market?: string;
  interval?: CandleInterval;
}

/** In pieces of so many bytes: what a row, a character or a line end is must not depend on where they are cut. */
async function read(text: string | Buffer, { market = 'BTC-USDT', interval = '5m', ...options }: How = {}, piece = 7) {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
    bytes.subarray(i * piece, (i + 1) * piece),
  );
  const rules = findMarket(market) as MarketRules;
  const all = { ...defaultOptions, ...options };
  return readCandleFile(pieces, fileRequest(rules, interval, { options: all, maxRows: 20_000 }), undefined, 1_000_000);
}
const messages = ({ faults }: CandleFile) => faults.map(({ message }) => message);
const AT = Date.parse('2022-01-01T00:00:00Z');
/** The first two minutes of 2022, which all files below contain. */
const TWO = [
  { at: AT, open: 4_621_693n, high: 4_627_108n, low: 4_620_837n, close: 4_625_000n },
  { at: AT + 60_000, open: 4_625_000n, high: 4_634_487n, low: 4_623_439n, close: 4_631_276n },
];

/* The formats in which people have candles. Made up for this test, from two invented candles. */
const FILES: [name: string, text: string, columns: string[], format: string, how?: How][] = [
  [
    'Binance, without a header',
    '1640995200000,46216.93000000,46271.08000000,46208.37000000,46250.00000000,40.57574000,1640995259999,1875831.72,1048,20.1,9.2,0\n' +
      '1640995260000,46250.00000000,46344.87000000,46234.39000000,46312.76000000,42.38106000,1640995319999,1962046.52,1112,22.1,8.2,0\n',
    ['column 1', 'column 2', 'column 3', 'column 4', 'column 5'],
    'milliseconds',
  ],
  [
    'Binance since 2025, in microseconds and with a header',
    'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n' +
      '1640995200000000,46216.93,46271.08,46208.37,46250.00,40.5,1640995259999999,18758,1048,20.1,9.2,0\n' +
      '1640995260000000,46250.00,46344.87,46234.39,46312.76,42.3,1640995319999999,19620,1112,22.1,8.2,0\n',
    ['open_time', 'open', 'high', 'low', 'close'],
    'microseconds',
  ],
  [
    'Bybit, newest first',
    'startTime,openPrice,highPrice,lowPrice,closePrice,volume,turnover\n' +
      '1640995260000,46250,46344.87,46234.39,46312.76,42.3,19620\n1640995200000,46216.93,46271.08,46208.37,46250,40.5,18758\n',
    ['startTime', 'openPrice', 'highPrice', 'lowPrice', 'closePrice'],
    'milliseconds',
  ],
  [
    'Bybit’s archive, with its symbol and period',
    'start_at,symbol,period,open,high,low,close\n1640995200,BTCUSDT,1,46216.93,46271.08,46208.37,46250\n1640995260,BTCUSDT,1,46250,46344.87,46234.39,46312.76\n',
    ['start_at', 'open', 'high', 'low', 'close'],
    'seconds',
  ],
  [
    'Kraken, without a header, in seconds',
    '1640995200,46216.93,46271.08,46208.37,46250.0,40.57574,104\n1640995260,46250.0,46344.87,46234.39,46312.76,42.3,111\n',
    ['column 1', 'column 2', 'column 3', 'column 4', 'column 5'],
    'seconds',
  ],
  [
    'Coinbase, which begins with the low',
    'time,low,high,open,close,volume\n1640995260,46234.39,46344.87,46250.00,46312.76,42.3\n1640995200,46208.37,46271.08,46216.93,46250.00,40.5\n',
    ['time', 'open', 'high', 'low', 'close'],
    'seconds',
  ],
  [
    'KuCoin, whose close comes second',
    '"time","open","close","high","low","volume","turnover"\n"1640995200","46216.93","46250","46271.08","46208.37","40.5","18758"\n"1640995260","46250","46312.76","46344.87","46234.39","42.3","19620"\n',
    ['time', 'open', 'high', 'low', 'close'],
    'seconds',
  ],
  [
    'CryptoDataDownload, with an address above and two times',
    'https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount\n' +
      '1640995260000,2022-01-01 00:01:00,BTC/USDT,46250.0,46344.87,46234.39,46312.76,42.3,19620,1112\n' +
      '1640995200000,2022-01-01 00:00:00,BTC/USDT,46216.93,46271.08,46208.37,46250.0,40.5,18758,1048\n',
    ['unix', 'open', 'high', 'low', 'close'],
    'milliseconds',
  ],
  [
    'TradingView, with an offset and plots',
    'time,open,high,low,close,"MA; 20","Plot, upper",Volume\n2022-01-01T01:00:00+01:00,46216.93,46271.08,46208.37,46250,46100.1,,40.5\n2022-01-01T01:01:00+01:00,46250,46344.87,46234.39,46312.76,46100.2,1,42.3\n',
    ['time', 'open', 'high', 'low', 'close'],
    'iso',
  ],
  [
    'pandas, with a nameless index and columns by the alphabet',
    ',close,high,low,open,volume\n2022-01-01 00:00:00+00:00,46250.0,46271.08,46208.37,46216.93,40.57574\n2022-01-01 00:01:00+00:00,46312.76,46344.87,46234.39,46250.0,42.38106\n',
    ['first, without a name', 'open', 'high', 'low', 'close'],
    'iso',
  ],
  [
    'pandas without zones, with microseconds and exponents',
    ',date,open,high,low,close\n0,2022-01-01 00:00:00.000000,4.621693e+04,46271.08,46208.37,4.625e4\n1,2022-01-01 00:01:00.000000,46250.0,46344.87,46234.39,46312.76\n',
    ['date', 'open', 'high', 'low', 'close'],
    'iso',
    { zone: 'Z' },
  ],
  [
    'nautilus and numpy, in nanoseconds',
    'ts;open;high;low;close\n1640995200000000000;46216.93;46271.08;46208.37;46250\n1640995260000000000;46250;46344.87;46234.39;46312.76\n',
    ['ts', 'open', 'high', 'low', 'close'],
    'nanoseconds',
  ],
  [
    'floats of seconds',
    'timestamp|open|high|low|close\n1640995200.0|46216.93|46271.08|46208.37|46250.0\n1640995260.0|46250.0|46344.87|46234.39|46312.76\n',
    ['timestamp', 'open', 'high', 'low', 'close'],
    'seconds',
  ],
  [
    'MetaTrader, whose date and time are two columns',
    '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n2022.01.01\t00:00:00\t46216.93\t46271.08\t46208.37\t46250\t40\n2022.01.01\t00:01:00\t46250\t46344.87\t46234.39\t46312.76\t42\n',
    ['<TIME>', '<OPEN>', '<HIGH>', '<LOW>', '<CLOSE>'],
    'iso',
    { zone: '+00:00' },
  ],
  [
    'a spreadsheet with decimal commas, CRLF and a byte order mark',
    '\uFEFFOpen time (UTC);Open;High;Low;Close\r\n2022-01-01 00:00;46216,93;46271,08;46208,37;46250\r\n2022-01-01 00:01;46250;46344,87;46234,39;46312,76\r\n;;;;\r\n',
    ['Open time (UTC)', 'Open', 'High', 'Low', 'Close'],
    'iso',
  ],
  [
    'quoted decimal commas between commas, and old line ends',
    'time,open,high,low,close\r1640995200,"46216,93","46271,08","46208,37","46250"\r1640995260,"46250","46344,87","46234,39","46312,76"\r',
    ['time', 'open', 'high', 'low', 'close'],
    'seconds',
  ],
  [
    'ask prices before the others',
    'time,open_ask,high_ask,low_ask,close_ask,open,high,low,close\n' +
      '1640995200,9,9,9,9,46216.93,46271.08,46208.37,46250\n1640995260,9,9,9,9,46250,46344.87,46234.39,46312.76\n',
    ['time', 'open', 'high', 'low', 'close'],
    'seconds',
  ],
  [
    'files put together, with comments, other line ends, their header again and one candle twice',
    '# mine\ntime,open,high,low,close\n1640995200,46216.93,46271.08,46208.37,46250\r\ntime,open,high,low,close\r\n1640995200,46216.93,46271.08,46208.37,46250.00\r\n1640995260,46250,46344.87,46234.39,46312.76',
    ['time', 'open', 'high', 'low', 'close'],
    'seconds',
  ],
];

test.each(FILES)(
  'reads files of %s, and reports how it understood them',
  async (_name, text, columns, format, ...[how]) => {
    for (const bytes of [text, gzipSync(text)]) {
      const file = await read(bytes, { interval: '1m', ...how });
      expect(messages(file)).toEqual([]);
      expect(candlesOf(file.candles as never)).toEqual(TWO);
      expect(Object.values(file.report.understood.columns ?? {})).toEqual(columns);
      expect(file.report).toMatchObject({
        candles: 2,
        from: '2022-01-01T00:00:00.000Z',
        to: '2022-01-01T00:01:00.000Z',
        understood: { timeFormats: [format], stepSeconds: 60, compressed: bytes !== text },
      });
    }
  },
);

test.each<[string, string, How, RegExp]>([
  [
    'ask prices only',
    'time,open_ask,high_ask,low_ask,close_ask\n1640995200,1,1,1,1',
    {},
    /^Line 1: No column .* called open/,
  ],
  [
    'a time at which candles end',
    'close_time,open,high,low,close\n1640995200,1,1,1,1',
    {},
    /^Line 1: .*at which candles end/,
  ],
  [
    'two columns of a name',
    'time,open,high,low,close,Close\n1640995200,1,1,1,1,1',
    {},
    /^Line 1: .*two columns called close/,
  ],
  [
    'a first row that only begins with a letter',
    'Sat Jan 01 2022,46216.93,46271.08,46208.37,46250\n1640995200,1,1,1,1',
    {},
    /^Line 1: "Sat Jan 01 2022" is not a readable time/,
  ],
  [
    'Coinbase without a header',
    '1640995200,46208.37,46271.08,46216.93,46250.00,40.5',
    {},
    /^Line 1: high must be the highest/,
  ],
  ['a short line before candles', 'hello\n1640995200,1,1,1,1', {}, /^Line 1: It needs time/],
  ['too few columns', '1640995200,1,2,1', {}, /^Line 1: It needs time/],
  ['a missing column', 'time,open,high,low,close\n1640995200,1,2,1', {}, /^Line 2: It needs time/],
  ['a word for a price', '1640995200,1,2,one,1', {}, /"one" is not a price/],
  ['a negative price', '1640995200,1,2,-1,1', {}, /"-1" is not a price/],
  ['a price of zero', '1640995200,0,2,0.00,1', {}, /above zero/],
  ['what looks huge', `1640995200,${'9'.repeat(30)},2,1,1`, {}, /is not a price/],
  ['more than a price can be', '1640995200,30000000,30000000,1,1', {}, /30000000 is more than/],
  [
    'a part of a tick',
    '1640995200,1.001,2,1,1',
    {},
    /1.001 is not a whole number of ticks of 0.01.*rounding: nearest.*finer tick/,
  ],
  ['what rounds to zero', '1640995200,1,2,0.004,1', { rounding: 'nearest' }, /0.004 rounds to zero/],
  ['high below low', '1640995200,1,1,2,1', {}, /high must be the highest/],
  [
    'two decimal marks',
    'time;open;high;low;close\n1640995200;1,5;2.5;1,5;2',
    {},
    /Line 2: "2.5" does not have the decimal mark of the file, a comma/,
  ],
  ['both marks in a price', 'time;open;high;low;close\n1640995200;1.234,5;2;1;1', {}, /"1.234,5" is not a price/],
  [
    'commas that may separate thousands',
    'time;open;high;low;close\n1640995200;46,216;46,271;46,208;46,250',
    {},
    /decimal mark, or does it separate thousands/,
  ],
  ['a day that there is not', '2022-02-31T00:10:00Z,1,2,1,1', {}, /is not a readable time/],
  ['a time without zone', '2022-01-05T00:10:00,1,2,1,1', {}, /has no time zone\. .*zone, such as Z/],
  ['dates that begin with the day', '05/01/2022 00:10,1,2,1,1', { zone: 'Z' }, /is not a readable time .*year first/],
  ['an epoch of eleven digits', '16409952000,1,2,1,1', {}, /is not a readable time/],
  ['a float that lost its end', '1.640995e9,1,2,1,1', {}, /is not a readable time/],
  ['a time within a candle', '2022-01-05T00:12:00Z,1,2,1,1', {}, /does not begin at 2022-01-05T00:12:00.000Z/],
  ['nanoseconds within a candle', '1640995200000000001,1,2,1,1', {}, /does not begin at/],
  [
    'a candle twice, where that is not allowed',
    '1640995200,1,2,1,1\n1640995200,1,2,1,1',
    { duplicates: 'refuse' },
    /^Line 2: .*before, in line 1/,
  ],
  [
    'two candles of one time',
    '1640995200,1,2,1,1\n1640995500,1,1,1,1\n1640995200,1,2,1,2',
    {},
    /^Line 3: .*in line 1, with other prices/,
  ],
  [
    'candles of another length',
    '1640995200,1,1,1,1\n1640998800,1,1,1,1\n1641002400,1,1,1,1',
    {},
    /^These are candles of 1h, not of 5m/,
  ],
  ['a header alone', 'time,open,high,low,close\n', {}, /There is no candle in it/],
  ['nothing', '', {}, /There is no candle in it/],
  ['UTF-16', '\uFEFFtime', {}, /There is no candle|It needs/],
])('refuses %s, with the line and what to do', async (_name, text, how, message) => {
  const file = await read(text, how);
  expect(file.candles).toBeUndefined();
  expect(messages(file)[0]).toMatch(message);
});

test('prices between ticks are rounded on request, and counted; never through floating point', async () => {
  const row = '1640995200,46216.93500000000001,46271.0849,46208.365,1.005e2';
  const { report, candles } = await read(row.replace('1.005e2', '46250'), { rounding: 'nearest' });
  expect(candlesOf(candles as never)).toEqual([
    { at: AT, open: 4_621_694n, high: 4_627_108n, low: 4_620_837n, close: 4_625_000n },
  ]);
  expect(report.rounded).toBe(1);
  // 0.1 + 0.2 would not be 0.3, nor 1.005 × 100 be 100.5.
  const exact = await read('1640995200,0.3,1.005e2,2.9e-1,0.30', {});
  expect(candlesOf(exact.candles as never)).toEqual([{ at: AT, open: 30n, high: 10_050n, low: 29n, close: 30n }]);
});

test('a comma is decimal if the import says so, or if fewer than three digits follow', async () => {
  const text = 'time;open;high;low;close\n1640995200;46,216;46,271;46,208;46,250';
  const said = await read(text.replaceAll(/(,\d\d)\d/g, '$10'), { decimalMark: 'comma' });
  expect(said.candles?.open[0]).toBe(4_621);
  const xrp = await read('1640995200;2,52;2,52;2,41;2,45', { market: 'XRP-USDT' });
  expect(candlesOf(xrp.candles as never)).toEqual([
    { at: AT, open: 25_200n, high: 25_200n, low: 24_100n, close: 24_500n },
  ]);
});

test('wrong rows are skipped on request, and listed with their lines', async () => {
  const text = 'time,open,high,low,close\n1640995200,1,2,1,1\nTotal,1,2,1,1\n1640995500,1,2,1,x\n1640995800,1,2,1,1\n';
  const strict = await read(text);
  expect(messages(strict)).toEqual([expect.stringMatching(/^Line 3: /), expect.stringMatching(/^Line 4: /)]);
  const { candles, report } = await read(text, { wrongRows: 'skip' });
  expect(candles?.at).toHaveLength(2);
  expect(report).toMatchObject({ rows: 4, refusedRows: 2, refused: [{ line: 3 }, { line: 4 }] });
  expect(report.gaps).toEqual({
    places: 1,
    missing: 1,
    longest: [{ from: '2022-01-01T00:05:00.000Z', to: '2022-01-01T00:05:00.000Z', missing: 1 }],
  });
});

test('a sparse series is imported when the import says so', async () => {
  const text = '1640995200,1,1,1,1\n1640998800,1,1,1,1\n1641002400,1,1,1,1';
  const { report, candles } = await read(text, { sparse: true });
  expect(candles?.at).toHaveLength(3);
  expect(report).toMatchObject({ gaps: { places: 2, missing: 22 }, understood: { stepSeconds: 3_600 } });
});

test('a decompression bomb costs no more than its budget, and damaged bytes are reported', async () => {
  const bomb = await read(gzipSync(Buffer.alloc(40_000_000, '1640995200,1,1,1,1\n')), {}, 65_536);
  expect(messages(bomb)[0]).toMatch(/more than 0 MiB of text|at most 20000 candles/);
  const line = await read(gzipSync(Buffer.alloc(900_000, 'x')), {}, 65_536);
  expect(line.candles).toBeUndefined();
  const whole = gzipSync('time,open,high,low,close\n1640995200,1,2,1,1');
  expect(messages(await read(whole.subarray(0, -9)))[0]).toMatch(/gzip file is damaged/);
  expect(messages(await read(Buffer.from([0xff, 0xfe, 0x31, 0, 0x2c, 0])))[0]).toMatch(/UTF-16/);
  const quote = await read(`time,open,high,low,close\n1640995200,"1,2,1,1\n${'1640995500,1,2,1,1\n'.repeat(5_000)}`);
  expect(messages(quote)[0]).toMatch(/^Line \d+: /);
});

test('quoted text of a file can be stored and shown: no NUL, no half characters, nothing invisible', async () => {
  const odd = `${'x'.repeat(39)}😀\0\u202e`;
  const file = await read(
    `time,open,high,low,close\u0007\n${odd},1,1,1,1\n1640995200,${odd},1,1,1\n1640995200,1,1,1,1\n`,
    { wrongRows: 'skip' },
  );
  expect(file.report.refusedRows).toBe(2);
  const unknown = await read(`\0time,${odd},a,b,c\n1640995200,1,1,1,1`);
  for (const one of [file.report, unknown.report, unknown.faults])
    expect(JSON.stringify(one)).not.toMatch(/\\u0000|\\ud8|\\u0007|\u202e|\uFFFD/);
});

test('a file of wrong rows only is not read to its end, nor listed row by row', async () => {
  const file = await read(`time,open,high,low,close\n${'x,1,1,1,1\n'.repeat(3_000)}`, {}, 65_536);
  expect(messages(file)).toEqual([
    expect.stringMatching(/^1000 rows cannot be read\. The first is line 2: "x" is not a readable time/),
  ]);
  expect(file.report.refused).toHaveLength(20);
});
