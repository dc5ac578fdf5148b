import { compareWithStream } from './checkpoint.rules.ts';

const at = Date.parse('2026-11-28T10:00:00.123Z');

test.each([
  ['nothing counted yet', { sequence: 0, at: undefined }, { first: 1, last: 9, there: undefined }, 'same', 0],
  ['an empty stream', { sequence: 0, at: undefined }, { first: 1, last: 0, there: undefined }, 'same', 0],
  ['the same message is there', { sequence: 5, at }, { first: 1, last: 9, there: at + 1 }, 'same', 5],
  [
    'everything that was counted has been dropped since',
    { sequence: 5, at },
    { first: 6, last: 5, there: undefined },
    'same',
    5,
  ],
  ['uncounted messages were dropped', { sequence: 5, at }, { first: 9, last: 12, there: undefined }, 'skipped', 8],
  [
    'messages were dropped before anything was counted',
    { sequence: 0, at: undefined },
    { first: 4, last: 9, there: undefined },
    'skipped',
    3,
  ],
  [
    'the stream ends before the checkpoint',
    { sequence: 5, at },
    { first: 1, last: 3, there: undefined },
    'replaced',
    undefined,
  ],
  ['another message is there', { sequence: 5, at }, { first: 1, last: 9, there: at + 500 }, 'replaced', undefined],
  [
    'the checkpoint of a version that recorded no message',
    { sequence: 5, at: undefined },
    { first: 1, last: 9, there: at },
    'unmarked',
    undefined,
  ],
  [
    'the message was deleted from the middle',
    { sequence: 5, at },
    { first: 1, last: 9, there: undefined },
    'replaced',
    undefined,
  ],
])('%s', (_what, checkpoint, now, kind, sequence) => {
  expect(compareWithStream(checkpoint, now)).toMatchObject({ kind, ...(sequence === undefined ? {} : { sequence }) });
});
