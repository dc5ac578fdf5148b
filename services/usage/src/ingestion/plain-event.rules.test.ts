import { MAX_QUANTITY, UsageEvent } from '@tidegate/contracts/usage/event';
import { CloudEvent, NewUsageEvent } from '@tidegate/contracts/usage/usage';
import fc from 'fast-check';
import { ownerOf, parseCloudEvent, parseReport, plainEvent } from './plain-event.rules.ts';

const org = '0197a3c2-5b1e-7d34-9a6f-3c2f8e1d4b7a';
const event = { id: 'request-1', org, meter: 'calls', quantity: 1, at: '2026-11-29T00:00:00.000Z', source: 'gateway' };
const at = fc.constantFrom(
  ...['2026-11-29T00:00:00.000Z', '2026-02-29T00:00:00Z', '2028-02-29T00:00:00Z', '2026-04-31T00:00:00Z'],
  ...[
    '2026-12-31T23:59:59.1Z',
    '2026-12-31T24:00:00Z',
    '2026-11-29T00:00:00+01:00',
    '2026-11-29',
    ' 2026-11-29T00:00:00Z',
  ],
  ...[
    '2026-13-01T00:00:00Z',
    '2026-11-29T00:00:00.1234567Z',
    '2026-11-29T00:00Z',
    '2026-11-29T00:00:60Z',
    '1999-01-01T00:00:00Z',
  ],
);
const odd = fc.constantFrom(
  undefined,
  null,
  '',
  0,
  -1,
  1.5,
  MAX_QUANTITY,
  MAX_QUANTITY + 1,
  Number.NaN,
  '1',
  [],
  {},
  true,
);
const unusual = {
  id: fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }), fc.constant('x'.repeat(201)), odd),
  org: fc.oneof(fc.uuid(), fc.constant(org.toUpperCase()), odd),
  meter: fc.oneof(fc.constantFrom('Calls', 'other', 'a'.repeat(64)), odd),
  quantity: fc.oneof(fc.integer(), fc.double(), odd),
  at: fc.oneof(
    at,
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    odd,
  ),
  source: fc.oneof(fc.string({ maxLength: 120 }), fc.constantFrom('\u0000', 'é', '\u007f', 'a\nb'), odd),
  lease: fc.oneof(fc.uuid(), fc.constant(org.toUpperCase()), odd),
  more: fc.anything(),
};
/** Up to two of its members are others. */
const changedIn = (members: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .subarray(Object.keys(members), { maxLength: 2 })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, members[key] as fc.Arbitrary<unknown>]))));
const changed = changedIn(unusual);

test('what is taken at a glance is what the schema reads, and what the schema refuses is never taken', () => {
  let taken = 0;
  fc.assert(
    fc.property(changed, (changes) => {
      const given = JSON.parse(JSON.stringify({ ...event, ...changes })) as unknown;
      const plain = plainEvent(given, ownerOf(`usage.${org}.calls`));
      if (!plain) return;
      taken += 1;
      expect(UsageEvent.parse(given)).toEqual(plain);
      expect([plain.org, plain.meter]).toEqual([org, 'calls']);
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test('events as services send them need no schema', () => {
  const lease = '0197a3c2-5b1e-7d34-9a6f-3c2f8e1d4b7b';
  for (const one of [event, { ...event, lease }, { ...event, quantity: -3, at: '2026-11-30T23:59:59Z' }]) {
    expect(plainEvent(one, ownerOf(`usage.${org}.calls`))).toEqual(one);
  }
  for (const subject of [
    'usage',
    `usage.${org.toUpperCase()}.calls`,
    `usage.${org}.Calls`,
    `usage.${org}.mails`,
    'usage..',
  ]) {
    expect(plainEvent(event, ownerOf(subject))).toBeUndefined();
  }
  expect(plainEvent([event], ownerOf(`usage.${org}.calls`))).toBeUndefined();
});

const report = { id: 'order-1', source: 'shop', meter: 'calls', quantity: 2, time: '2026-11-29T00:00:00.000Z' };
const { org: _org, at: time, ...reported } = unusual;
const changedReport = changedIn({ ...reported, time, value: fc.oneof(fc.string(), odd), series: odd });

test('reports are read as the schema reads them', () => {
  fc.assert(
    fc.property(changedReport, (changes) => {
      const given = JSON.parse(JSON.stringify({ ...report, ...changes })) as unknown;
      const [glance, schema] = [parseReport(given), NewUsageEvent.safeParse(given)];
      expect([glance.success, glance.data]).toEqual([schema.success, schema.data]);
    }),
    { numRuns: 3_000 },
  );
  for (const one of [{ id: 'a', meter: 'calls' }, [], null, 'a', [report]]) {
    expect(parseReport(one).data).toEqual(NewUsageEvent.safeParse(one).data);
  }
});

const cloudEvent = {
  ...{ specversion: '1.0', id: 'a', source: 'https://shop.example', type: 'calls', subject: org },
  ...{ time: '2026-11-29T00:00:00.000Z', data: { quantity: 1 } },
};
const changedCloudEvent = changedIn({
  ...{ id: unusual.id, source: unusual.source, type: unusual.meter, time, subject: unusual.id, lease: unusual.lease },
  specversion: fc.constantFrom('1.0', '0.3', 1, null),
  datacontenttype: fc.constantFrom('application/json', 'text/xml', 'application/x+json; charset=utf-8', null, 1),
  data: fc.oneof(fc.anything(), fc.constantFrom([], null, 'a')),
  traceparent: fc.anything(),
});

test('CloudEvents are read as the schema reads them', () => {
  fc.assert(
    fc.property(changedCloudEvent, (changes) => {
      const given = JSON.parse(JSON.stringify({ ...cloudEvent, ...changes })) as Record<string, unknown>;
      const [glance, schema] = [parseCloudEvent(given), CloudEvent.safeParse(given)];
      expect([glance.success, glance.data]).toEqual([schema.success, schema.data]);
    }),
    { numRuns: 3_000 },
  );
});
