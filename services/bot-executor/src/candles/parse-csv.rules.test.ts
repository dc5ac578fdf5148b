import { findMarket, type MarketRules } from '../markets/markets.rules.ts';
import { countGaps, parseCandles } from './parse-csv.rules.ts';

const market = findMarket('BTC-USDT') as MarketRules;
const parse = (csv: string, interval: '5m' | '1d' = '5m') => parseCandles(csv, { market, interval });
const AT = Date.parse('2026-01-05T00:05:00Z');
const GOOD = '2026-01-05T00:05:00Z,50000.00,50001.5,49999,50000.25';
const TICKS = { at: AT, open: 5_000_000n, high: 5_000_150n, low: 4_999_900n, close: 5_000_025n };

test.each([
  ['plain', GOOD],
  ['a header', `time,open,high,low,close\n${GOOD}`],
  ['a byte order mark, CRLF and an empty line at the end', `\uFEFFtime,open,high,low,close\r\n${GOOD}\r\n\r\n`],
  ['semicolons and quotes', GOOD.replaceAll(',', ';').replace('50000.00', '"50000.00"')],
  ['tabs and further columns', `${GOOD},12.5,99`.replaceAll(',', '\t')],
  ['epoch seconds', GOOD.replace(/^[^,]+/, String(AT / 1_000))],
  ['epoch milliseconds', GOOD.replace(/^[^,]+/, String(AT))],
  ['epoch microseconds', GOOD.replace(/^[^,]+/, `${AT}000`)],
  ['a blank in the time', GOOD.replace('T', ' ')],
])('reads %s', (_what, csv) => expect(parse(csv)).toEqual([TICKS]));

test('sorts by time and counts what is missing', () => {
  const day = (date: string) => `${date},100,100,100,100`;
  const candles = parse([day('2026-01-05'), day('2026-01-01'), day('2026-01-02')].join('\n'), '1d');
  expect(candles.map(({ at }) => new Date(at).getUTCDate())).toEqual([1, 2, 5]);
  expect(countGaps(candles, '1d')).toBe(1);
});

const bad = (csv: string) => {
  try {
    parse(csv);
  } catch (error) {
    return (error as { data: { errors: { field: string; code: string; message: string }[] } }).data.errors[0];
  }
  return undefined;
};

test.each([
  ['a missing column', '2026-01-05T00:10:00Z,1,2,1', 'It needs time,open,high,low,close'],
  ['a word for a price', '2026-01-05T00:10:00Z,1,2,one,1', '"one" is no price'],
  ['a negative price', '2026-01-05T00:10:00Z,1,2,-1,1', '"-1" is no price'],
  ['a price of zero', '2026-01-05T00:10:00Z,0,2,0,1', 'above zero'],
  ['an exponent', '2026-01-05T00:10:00Z,1e5,2,1,1', '"1e5" is no price'],
  ['a huge number', `2026-01-05T00:10:00Z,${'9'.repeat(30)},2,1,1`, 'is no price'],
  ['more than a price can be', '2026-01-05T00:10:00Z,30000000,30000000,1,1', '30000000 is more than'],
  ['a part of a tick', '2026-01-05T00:10:00Z,1.001,2,1,1', 'not a whole number of ticks of 0.01'],
  ['high below low', '2026-01-05T00:10:00Z,1,1,2,1', 'high must be the highest'],
  ['close above high', '2026-01-05T00:10:00Z,1,2,1,3', 'high must be the highest'],
  ['a day that there is not', '2026-02-31T00:10:00Z,1,2,1,1', 'is no ISO instant'],
  ['no zone', '2026-01-05T00:10:00,1,2,1,1', 'is no ISO instant in UTC'],
  ['another zone', '2026-01-05T00:10:00+02:00,1,2,1,1', 'is no ISO instant'],
  ['a time within a candle', '2026-01-05T00:12:00Z,1,2,1,1', 'does not begin at 2026-01-05T00:12:00.000Z'],
  ['a time that was there before', GOOD, 'was there before'],
])('refuses %s with its line', (_what, line, message) => {
  expect(bad(`${GOOD}\n${line}`)).toEqual({
    field: '/csv',
    code: 'invalid_candle',
    message: expect.stringMatching(new RegExp(`^Line 2: .*${message.replace(/[.+]/g, '\\$&')}`)),
  });
});

test('refuses a text without candles, and more than 20,000', () => {
  expect(bad('time,open,high,low,close\n')).toMatchObject({ code: 'no_candles' });
  const many = Array.from({ length: 20_001 }, (_, i) => `${AT + i * 300_000},1,1,1,1`).join('\n');
  expect(bad(many)).toMatchObject({
    code: 'invalid_candle',
    message: expect.stringContaining('Line 20001: Send at most'),
  });
});
