import { alsoTo, setLogLevel } from '@tidegate/telemetry/log';
import { Hold, refuseWhileHeld } from './one-connection.ts';

/* In production it logs and continues. Development and tests: libs/messaging/src/one-connection.test.ts. */
const before = process.env['NODE_ENV'];
afterAll(() => {
  process.env['NODE_ENV'] = before;
});

test('production logs once per place and lets it pass', () => {
  process.env['NODE_ENV'] = 'production';
  const lines: string[] = [];
  setLogLevel('error');
  alsoTo({ write: (line) => lines.push(line) });
  const hold = new Hold();
  hold.held = true;
  hold.around(() => {
    for (const _ of [1, 2, 3]) refuseWhileHeld('A second connection is taken');
    refuseWhileHeld('Somebody is asked');
  });
  const places = lines.map((line) => JSON.parse(line)).map(({ place }) => place);
  expect(places).toHaveLength(2);
  expect(new Set(places).size).toBe(2);
  expect(lines[0]).toContain('A second connection is taken while this flow holds a connection');
});
