import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { MAX_QUANTITY, UsageEvent } from '@tidegate/contracts/usage/event';
import { CloudEvent, NewUsageEvent } from '@tidegate/contracts/usage/usage';
import fc from 'fast-check';
import { ownerOf, parseCloudEvent, parseReport, plainCloudEvent, plainEvent } from './plain-event.rules.ts';
import { type Rejected, readEvents } from './read-events.rules.ts';

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

test('an event that is read at once is read as by the way that all others take', () => {
  const sum: MeterDefinition = { aggregate: 'sum', decimals: 0, groupBy: [], value: null };
  const definitions = new Map<string, MeterDefinition>([
    ['calls', sum],
    ['counted', { ...sum, aggregate: 'count' }],
    ['gb', { ...sum, decimals: 3 }],
    ['tokens', { ...sum, value: 'data.tokens' }],
    ['by_region', { ...sum, groupBy: ['region'] }],
  ]);
  const now = Date.parse('2026-11-29T10:00:00.000Z');
  const given = changedIn({
    specversion: fc.constantFrom('1.0', '0.3'),
    ...{ id: unusual.id, source: unusual.source, time: unusual.at, subject: unusual.org, lease: fc.uuid() },
    type: fc.constantFrom(...definitions.keys(), 'unknown', 'api_calls'),
    data: fc.oneof(fc.record({ quantity: fc.oneof(fc.integer({ min: -1, max: 9 }), odd) }), fc.constant({}), odd),
    data_base64: fc.constant('MQ=='),
  }).map((other) => ({ ...cloudEvent, ...other }));
  let atOnce = 0;
  fc.assert(
    fc.property(given, fc.constantFrom(undefined, org), (event, orgId) => {
      const caller = { kind: 'service_key', keyId: 'k', scopes: [], ...(orgId ? { orgId } : {}) } as unknown as Caller;
      const read = (one: unknown) => {
        const rejected: Rejected[] = [];
        return { read: readEvents([one], { caller, definitions, now }, rejected), rejected };
      };
      const plainly = read(event);
      if (plainCloudEvent(event) && plainly.read.length > 0) atOnce += 1;
      // A content type that says nothing new, written as nearly nobody does, is left to the schema.
      const slowly = read({ ...event, datacontenttype: 'application/json; charset=utf-8' });
      expect(slowly.read).toEqual(plainly.read);
      expect(slowly.rejected.map(({ code }) => code)).toEqual(plainly.rejected.map(({ code }) => code));
    }),
  );
  expect(atOnce).toBeGreaterThan(10);
});
