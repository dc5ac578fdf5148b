/*
 * Writes the bundled candles: SYNTHETIC, a seeded random walk, no exchange's data. One month of five-minute candles
 * per market. The same seed gives the same bytes: `node services/bot-executor/data/generate.mjs` changes nothing.
 */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const MARKETS = [
  { market: 'BTC-USDT', start: 600_000, decimals: 1, volatility: 0.0016, seed: 20_260_901 },
  { market: 'ETH-USDT', start: 240_000, decimals: 2, volatility: 0.0019, seed: 20_260_902 },
];
const BEGIN = Date.UTC(2026, 8, 1);
const COUNT = 30 * 24 * 12;

/** mulberry32: small, seeded, good enough for prices that nobody should trust. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

for (const { market, start, decimals, volatility, seed } of MARKETS) {
  const next = random(seed);
  const text = (ticks) => (ticks / 10 ** decimals).toFixed(decimals);
  // A sum of uniforms instead of a logarithm and a cosine: those may differ between machines in the last bit.
  const normal = () => Array.from({ length: 12 }, next).reduce((sum, one) => sum + one, -6);
  const lines = ['time,open,high,low,close'];
  let price = start;
  for (let index = 0; index < COUNT; index += 1) {
    const open = price;
    const path = [open];
    for (let step = 0; step < 5; step += 1) {
      const pull = (start - path.at(-1)) * 0.0002;
      path.push(Math.max(1, Math.round(path.at(-1) * (1 + normal() * volatility * 0.45) + pull)));
    }
    price = path.at(-1);
    const at = new Date(BEGIN + index * 300_000).toISOString();
    lines.push([at, text(open), text(Math.max(...path)), text(Math.min(...path)), text(price)].join());
  }
  writeFileSync(
    new URL(`./${market}.synthetic.csv.gz`, import.meta.url),
    gzipSync(`${lines.join('\n')}\n`, { level: 9 }),
  );
}
