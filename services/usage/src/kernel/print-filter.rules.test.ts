import { randomBytes } from 'node:crypto';
import { PrintFilter } from './print-filter.rules.ts';

const holds = (filter: PrintFilter, prints: Buffer): number => {
  let found = 0;
  for (let at = 0; at < prints.length; at += 8) {
    if (filter.has(prints.readUInt32BE(at), prints.readUInt32BE(at + 4))) found += 1;
  }
  return found;
};

test('what it holds is always found, what it does not hold hardly ever, through all its parts', () => {
  const filter = new PrintFilter();
  expect(filter.has(1, 2)).toBe(false);
  const generations = Array.from({ length: 4 }, () => randomBytes(8 * 50_000));
  generations.forEach((prints, generation) => {
    filter.add(generation, prints);
  });
  for (const prints of generations) expect(holds(filter, prints)).toBe(50_000);
  expect(holds(filter, randomBytes(8 * 100_000))).toBeLessThan(500);
});

test('one organisation, or one key that all organisations use, is no worse', () => {
  const filter = new PrintFilter();
  const [same, others] = [randomBytes(8 * 20_000), randomBytes(8 * 20_000)];
  for (let at = 0; at < same.length; at += 8) {
    const constant = at % 16 === 0 ? at : at + 4;
    same.writeUInt32BE(7, constant);
    others.writeUInt32BE(7, constant);
  }
  filter.add(0, same);
  expect(holds(filter, same)).toBe(20_000);
  expect(holds(filter, others)).toBeLessThan(200);
});

test('what has expired is evicted once all that lies with it has expired', () => {
  const filter = new PrintFilter();
  const [old, young] = [randomBytes(8 * 65_536), randomBytes(8 * 1_000)];
  filter.add(0, old);
  filter.add(1, young);
  filter.evictBefore(1);
  expect(holds(filter, young)).toBe(1_000);
  expect(holds(filter, old)).toBeLessThan(500);
  filter.evictBefore(2);
  expect(filter.isEmpty).toBe(true);
});
