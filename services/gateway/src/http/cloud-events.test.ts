import { eventsOf } from './cloud-events.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

test('a body without attributes in headers stays as it is', () => {
  const body = { events: [] };
  expect(eventsOf(JSON_TYPE, body)).toBe(body);
  expect(eventsOf({ ...JSON_TYPE, 'ce-__proto__': 'x', 'ce-constructor': 'x', 'ce-a_b': 'x' }, body)).toBe(body);
});

test('attributes in headers are quoted or percent-encoded text, and the body is the data', () => {
  const headers = {
    ...JSON_TYPE,
    'ce-id': '"a \\"b\\""',
    'ce-source': '100%25',
    'ce-subject': '%ff%zz',
    'ce-type': 'x',
  };
  expect(eventsOf(headers, { quantity: 1 })).toEqual({
    events: [
      {
        ...{ id: 'a "b"', source: '100%', subject: '%ff%zz', type: 'x' },
        ...{ datacontenttype: 'application/json', data: { quantity: 1 } },
      },
    ],
  });
  expect(eventsOf({ 'ce-id': 'a' }, undefined)).toEqual({ events: [{ id: 'a' }] });
});

test('too many or too long attributes, and text that cannot be stored, are refused', () => {
  const many = Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`ce-a${n}`, 'x']));
  for (const headers of [many, { 'ce-id': 'x'.repeat(1_001) }, { 'ce-id': '%00' }]) {
    expect(() => eventsOf(headers, {})).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  }
});
