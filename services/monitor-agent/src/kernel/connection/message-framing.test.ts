import { EventEmitter } from 'node:events';
import { LONG } from '@tidegate/testing/long';
import pg from 'pg';
import {
  bound,
  complete,
  field,
  fields,
  greeting,
  INT4,
  keyData,
  notice,
  parameter,
  ready,
  refusal,
  row,
  settings,
} from '../../../test/backend.ts';
import { authentication } from '../../../test/fake-server.ts';
import { conversations, messagesOf } from '../../../test/mutations.ts';
import { Conversation } from './conversation.ts';
import { HEADER } from './message-framing.rules.ts';

const RUNS = LONG ? 1_000_000 : 10_000;
const QUERY = 'Q'.charCodeAt(0);
const PASSWORD = 'p'.charCodeAt(0);

/** A client that has logged in by SCRAM and asked three queries. */
const SAID = [
  authentication(10, Buffer.from('SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0')),
  authentication(11, Buffer.from('r=abcdef,s=c2FsdA==,i=4096')),
  Buffer.concat([
    authentication(12, Buffer.from('v=c2FsdA==')),
    authentication(0),
    notice,
    parameter('a', 'b'),
    keyData,
    ready(),
  ]),
  greeting,
  Buffer.concat([settings.subarray(0, -6), refusal('40001'), ready()]),
  Buffer.concat([bound, fields(field('a', INT4), field('b')), row('1', null), row('2', 'é'), complete(), ready()]),
];
const SENT = [0, PASSWORD, PASSWORD, QUERY, QUERY, QUERY];

interface Driver extends EventEmitter {
  attachListeners(stream: EventEmitter): void;
}

/*
 * The barrier holds when the driver's parser, over whatever was let through, reads exactly the messages that were let
 * through: a loop of its own that goes on, or an exception, would show here at once.
 */
test(`the driver's parser reads what was let through and not a byte more, ${RUNS} times`, () => {
  const outcomes = { whole: 0, refused: 0, messages: 0 };
  for (const changed of conversations(SAID, 42, RUNS)) {
    const conversation = new Conversation({ password: true, cleartext: true, md5: true });
    const wire = new EventEmitter();
    let read = 0;
    const driver = new pg.Connection({ stream: wire as never }) as unknown as Driver;
    driver.attachListeners(wire);
    driver.on('message', () => {
      read += 1;
    });
    let passed = 0;
    try {
      for (const [index, pieces] of changed.entries()) {
        conversation.sent(SENT[index]);
        for (const one of wholeMessages(Buffer.concat(pieces), conversation)) {
          passed += 1;
          wire.emit('data', one);
          if (read !== passed) throw new Error(`${read} messages were read where ${passed} were let through.`);
        }
      }
      outcomes.whole += 1;
    } catch (error) {
      if ((error as Error).name !== 'ConnectionFailed') throw error;
      outcomes.refused += 1;
    }
    outcomes.messages += passed;
  }
  expect(outcomes.whole).toBeGreaterThan(RUNS / 50);
  expect(outcomes.refused).toBeGreaterThan(RUNS / 2);
  expect(outcomes.messages).toBeGreaterThan(RUNS * 5);
});

function* wholeMessages(bytes: Buffer, conversation: Conversation): Generator<Buffer> {
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    conversation.header(bytes[at] as number, length);
    const end = at + 1 + length;
    if (end > bytes.length) return;
    conversation.received(bytes, at, end);
    yield bytes.subarray(at, end);
    at = end;
  }
}

test('what is honest is let through', () => {
  const conversation = new Conversation({ password: true, cleartext: false, md5: false });
  const passed = SAID.map((said, index) => {
    conversation.sent(SENT[index]);
    return [...wholeMessages(said, conversation)].length;
  });
  expect(passed).toEqual(SAID.map((said) => messagesOf(said).length));
});
