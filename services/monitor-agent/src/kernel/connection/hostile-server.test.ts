import type { Socket } from 'node:net';
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
  saying,
  settings,
  TEXT,
  welcome,
} from '../../../test/backend.ts';
import { LOOPBACK, PASSWORD, target } from '../../../test/connecting.ts';
import { authentication, FakeServer, message } from '../../../test/fake-server.ts';
import { connectServer, type ServerConnection } from './connect-server.ts';
import { describeFailure, failureCode } from './connection-failure.rules.ts';
import { MAX_ROWS } from './conversation.ts';
import { Intake } from './intake.ts';

/*
 * Servers that lie, in the ways that ended or hung the process, or could have: each ends its own connection, by name.
 * What stands here is what a person found; `fuzz.test.ts` looks for what nobody did.
 */
const ELSEWHERE = { address: '127.0.0.1', loopback: false };

let fake: FakeServer | undefined;
const intake = new Intake(8 * 1024 * 1024);
afterEach(async () => {
  await fake?.stop();
  expect(intake.bytes).toBe(0);
});

async function connect(behave: (socket: Socket) => void, more = {}): Promise<ServerConnection> {
  fake = await FakeServer.start(behave);
  return connectServer(target(fake.port), LOOPBACK, { timeoutMs: 20_000, answerTimeoutMs: 20_000, intake, ...more });
}

async function ending(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'fine';
  } catch (error) {
    const code = failureCode(error);
    expect(describeFailure(code, target(1)).what).toMatch(/\w/);
    return code;
  }
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const int32 = (value: number) => hex((value >>> 0).toString(16).padStart(8, '0'));
const zero = Buffer.alloc(1);

describe('in the log-in', () => {
  test.each<[string, Buffer, string]>([
    ['a way to log in that is not known here: GSSAPI', authentication(7), 'authentication_unsupported'],
    ['SSPI', authentication(9), 'authentication_unsupported'],
    ['Kerberos', authentication(2), 'authentication_unsupported'],
    ['a way that does not exist', authentication(4_711), 'authentication_unsupported'],
    ['a log-in without its kind', message('R', zero), 'answer_malformed'],
    ['MD5 without its salt', authentication(5), 'answer_malformed'],
    ['an error without fields and without their end', hex('45 00000004'), 'answer_malformed'],
    ['an error whose fields do not end', message('E', Buffer.from('SFATAL\0')), 'answer_malformed'],
    ['an error whose text does not end', message('E', Buffer.from('SFATAL')), 'answer_malformed'],
    ['an error without a code', message('E', Buffer.from('SFATAL\0\0')), 'answer_malformed'],
    ['an error whose code is a name', message('E', Buffer.from('Cconstructor\0\0')), 'answer_malformed'],
    ['a length below its own size', hex('52 00000003 00000000'), 'answer_malformed'],
    ['a length of nothing', hex('45 00000000'), 'answer_malformed'],
    ['a negative length', hex('45 ffffffff'), 'not_postgresql'],
    ['names of mechanisms that do not end', authentication(10, Buffer.from('SCRAM-SHA-256')), 'answer_malformed'],
    ['a list of mechanisms that does not end', authentication(10, Buffer.from('SCRAM-SHA-256\0')), 'answer_malformed'],
    ['mechanisms without number', authentication(10, Buffer.from(`${'X\0'.repeat(100)}\0`)), 'answer_malformed'],
    ['no mechanism', authentication(10, zero), 'authentication_unsupported'],
    ['an answer in SASL to nothing', authentication(11, Buffer.from('r=x,s=eA==,i=4096')), 'answer_malformed'],
    ['an end of SASL without a beginning', authentication(12, Buffer.from('v=eA==')), 'answer_malformed'],
    ['settings before the log-in', parameter('a', 'b'), 'not_postgresql'],
    ['ready before the log-in', ready(), 'not_postgresql'],
    ['rows before the log-in', row('x'), 'not_postgresql'],
    ['another version of the protocol', message('v', Buffer.concat([int32(0), int32(0)])), 'not_postgresql'],
    ['logged in twice', Buffer.concat([authentication(0), authentication(0)]), 'answer_malformed'],
    ['rows after it', Buffer.concat([authentication(0), row('x')]), 'answer_malformed'],
    ['a key that is too short', Buffer.concat([authentication(0), message('K', int32(1))]), 'answer_malformed'],
    [
      'a setting without a value',
      Buffer.concat([authentication(0), message('S', Buffer.from('a\0'))]),
      'answer_malformed',
    ],
    ['ready without a state', Buffer.concat([authentication(0), message('Z', Buffer.alloc(0))]), 'answer_malformed'],
    ['more after the last word', Buffer.concat([refusal('28000', 'FATAL'), welcome]), 'answer_malformed'],
    [
      'settings without number',
      Buffer.concat([authentication(0), ...Array.from({ length: 400 }, () => parameter('a', 'b'))]),
      'answer_malformed',
    ],
    ['notices without number', Buffer.concat(Array.from({ length: 400 }, () => notice)), 'answer_malformed'],
    ['an honest refusal', refusal('28P01', 'FATAL'), 'password_wrong'],
  ])('%s', async (_what, said, code) => {
    expect(await ending(connect(saying(said)))).toBe(code);
  });

  test('a greeting that never ends', async () => {
    const notices = Buffer.concat(Array(500).fill(notice));
    const endless = (socket: Socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write(notices));
      };
      socket.on('drain', more);
      more();
    };
    expect(await ending(connect(endless))).toBe('answer_malformed');
  });

  test('a server that sends a byte at a time is dropped after the time for the whole log-in', async () => {
    const said = message('R', Buffer.alloc(900));
    const slow = (socket: Socket) => {
      let at = 0;
      const timer = setInterval(() => socket.write(said.subarray(at, ++at)), 20);
      socket.on('close', () => clearInterval(timer));
    };
    expect(await ending(connect(slow, { timeoutMs: 400 }))).toBe('login_timeout');
  });
});

describe('what a log-in gives away', () => {
  const sasl = authentication(10, Buffer.from('SCRAM-SHA-256\0\0'));
  const nonceOf = (received: Buffer[]) => /r=([^,\0]+)/.exec(Buffer.concat(received).toString('latin1'))?.[1] ?? '';
  const challenge = (rounds: string) => (socket: Socket) =>
    socket.write(authentication(11, Buffer.from(`r=${nonceOf(fake?.received ?? [])}x,s=c2FsdA==,${rounds}`)));
  const asked = () => Buffer.concat(fake?.received ?? []);

  test.each([
    ['one round', 'i=1', 'scram_too_weak'],
    ['4095 rounds', 'i=4095', 'scram_too_weak'],
    ['two numbers of rounds', 'i=4096,i=1', 'answer_malformed'],
    ['more rounds than a processor has time for', 'i=100001', 'answer_malformed'],
    ['no number', 'i=0', 'answer_malformed'],
  ])('nothing to a server that wants %s of SCRAM', async (_what, rounds, code) => {
    expect(await ending(connect(saying(sasl, challenge(rounds))))).toBe(code);
    expect(asked().includes(',p=')).toBe(false);
  });

  test('a server that does not prove itself at the end of SCRAM is not trusted', async () => {
    expect(await ending(connect(saying(sasl, challenge('i=4096'), welcome)))).toBe('answer_malformed');
    await fake?.stop();
    const forged = Buffer.concat([authentication(12, Buffer.from('v=c2FsdA==')), welcome]);
    expect(await ending(connect(saying(sasl, challenge('i=4096'), forged)))).toBe('login_refused');
  });

  test('no MD5 to a server that is elsewhere and has not proved who it is', async () => {
    fake = await FakeServer.start(saying(authentication(5, Buffer.from('salt'))));
    expect(await ending(connectServer(target(fake.port), ELSEWHERE, { intake }))).toBe('md5_refused');
    expect(asked().includes('md5')).toBe(false);
    expect(asked().includes(PASSWORD)).toBe(false);
  });

  test('verify-ca without its authority connects to nobody', async () => {
    fake = await FakeServer.start(saying(welcome));
    const unproved = target(fake.port, { tlsMode: 'verify-ca' });
    expect(await ending(connectServer(unproved, ELSEWHERE, { intake }))).toBe('tls_ca_needed');
    expect(asked()).toHaveLength(0);
  });
});

describe('in an answer', () => {
  const one = fields(field('a'));
  test.each<[string, Buffer, string]>([
    ['a description of fields that are not there', hex('54 00000006 0005'), 'answer_malformed'],
    ['a description with a negative count', message('T', hex('ffff')), 'answer_malformed'],
    [
      'a description of more than it counts',
      message('T', Buffer.concat([hex('0000'), field('a')])),
      'answer_malformed',
    ],
    [
      'a field whose name does not end',
      message('T', Buffer.concat([hex('0001'), Buffer.from('abc')])),
      'answer_malformed',
    ],
    ['a field that comes in binary', fields(field('a', TEXT, 1)), 'answer_malformed'],
    ['10,000 fields', message('T', Buffer.concat([hex('2710'), ...Array(2_000).fill(field('a'))])), 'answer_malformed'],
    ['a row without a description', row('x'), 'answer_malformed'],
    ['a row of other than the fields described', Buffer.concat([one, row('x', 'y')]), 'answer_malformed'],
    ['a row of none of them', Buffer.concat([one, message('D', hex('0000'))]), 'answer_malformed'],
    [
      'a value that is longer than its row',
      Buffer.concat([one, message('D', hex('0001 00000100 61'))]),
      'answer_malformed',
    ],
    ['a value of negative length', Buffer.concat([one, message('D', hex('0001 fffffffe'))]), 'answer_malformed'],
    ['a value of 2 GB', Buffer.concat([one, message('D', hex('0001 7fffffff 61'))]), 'answer_malformed'],
    [
      'a row that goes on behind its values',
      Buffer.concat([one, message('D', hex('0001 00000000 61'))]),
      'answer_malformed',
    ],
    ['a row of 2 GB', Buffer.concat([one, hex('44 7fffffff')]), 'answer_too_large'],
    ['two descriptions', Buffer.concat([one, one]), 'answer_malformed'],
    [
      'an end without an end of its text',
      Buffer.concat([one, message('C', Buffer.from('SELECT 1'))]),
      'answer_malformed',
    ],
    ['two ends', Buffer.concat([one, complete(), complete()]), 'answer_malformed'],
    ['rows after the end', Buffer.concat([one, complete(), row('x')]), 'answer_malformed'],
    ['ready before the end', Buffer.concat([one, ready()]), 'answer_malformed'],
    ['ready at once', ready(), 'answer_malformed'],
    ['parsed again and again', Buffer.concat([bound, bound]), 'answer_malformed'],
    ['an answer to what was not asked', Buffer.concat([one, complete(), ready(), one]), 'answer_malformed'],
    ['logged in again', authentication(0), 'answer_malformed'],
    ['another key', keyData, 'answer_malformed'],
    ['asked for the password again', authentication(3), 'answer_malformed'],
    ['a portal that pauses', message('s', Buffer.alloc(0)), 'answer_malformed'],
    ['a copy in', message('G', hex('00 0000')), 'answer_malformed'],
    ['a copy out', message('H', hex('00 0000')), 'answer_malformed'],
    ['a copy both ways', message('W', hex('00 0000')), 'answer_malformed'],
    ['data of a copy', message('d', Buffer.from('x')), 'answer_malformed'],
    ['a notification', message('A', Buffer.concat([int32(1), Buffer.from('a\0b\0')])), 'answer_malformed'],
    ['parameters', message('t', hex('0000')), 'answer_malformed'],
    ['a statement without text', message('I', Buffer.alloc(0)), 'answer_malformed'],
    ['a kind that does not exist', message('\xff', Buffer.alloc(4)), 'answer_malformed'],
    [
      'an array that nests without end',
      Buffer.concat([fields(field('a', 1009)), row('{'.repeat(60_000)), complete(), ready()]),
      'fine',
    ],
    ['JSON that is none', Buffer.concat([fields(field('a', 114)), row('[[['), complete(), ready()]), 'fine'],
    [
      'types that were not asked for',
      Buffer.concat([fields(field('a', 718)), row('<((((('), complete(), ready()]),
      'fine',
    ],
    ['an honest error', Buffer.concat([refusal('42P01'), ready()]), 'server_error'],
    ['an honest end', refusal('57P01', 'FATAL'), 'connection_lost'],
  ])('%s', async (_what, said, code) => {
    const connection = await connect(saying(welcome, greeting, settings, said));
    const answered = await ending(connection.rows('select 1', []));
    // A value that cannot be read fails its query; the connection is as good as before.
    if (code === 'fine') expect(connection.alive).toBe(true);
    else expect(answered).toBe(code);
    await connection.close();
  });

  test('what cannot be read is not quoted', async () => {
    const said = Buffer.concat([fields(field('a', 114)), row('S3CR3T'), complete(), ready()]);
    const connection = await connect(saying(welcome, greeting, settings, said));
    await expect(connection.rows('select 1')).rejects.toThrow('A value is not what its type says.');
    await connection.close();
  });

  test('an error behind the last row, as when a transaction cannot end, fails the query alone', async () => {
    const late = Buffer.concat([one, row('x'), complete(), refusal('40001'), ready()]);
    const well = Buffer.concat([one, row('y'), complete(), ready()]);
    const connection = await connect(saying(welcome, greeting, settings, late, well));
    await expect(connection.rows('select 1')).rejects.toMatchObject({ code: '40001' });
    expect(await connection.rows('select 2')).toEqual([['y']]);
    await connection.close();
  });

  test('rows without number', async () => {
    const rows = Buffer.concat(Array.from({ length: 10_000 }, () => row('')));
    const endless = (socket: Socket) => {
      socket.write(one);
      for (let sent = 0; sent <= MAX_ROWS; sent += 10_000) socket.write(rows);
    };
    const roomy = new Intake();
    const connection = await connect(saying(welcome, greeting, settings, endless), {
      intake: roomy,
      answerTimeoutMs: 20_000,
    });
    expect(await ending(connection.rows('select 1'))).toBe('answer_malformed');
    expect(roomy.bytes).toBe(0);
  });

  test('what many servers bring together has a limit, and the one that brings the most pays for it', async () => {
    const big = Buffer.concat([one, row('x'.repeat(5_000_000)), complete(), ready()]);
    const small = Buffer.concat([one, row('x'.repeat(500_000)), complete(), ready()]);
    const modest = await connect(saying(welcome, greeting, settings, small));
    await modest.rows('select 1');
    const first = fake as FakeServer;
    const greedy = await connect(saying(welcome, greeting, settings, big, big));
    await greedy.rows('select 1');
    expect(await ending(greedy.rows('select 2'))).toBe('answer_too_large');
    expect(modest.alive).toBe(true);
    await modest.close();
    await first.stop();
  });

  test('memory is given back when the caller is done', async () => {
    const big = Buffer.concat([one, row('x'.repeat(5_000_000)), complete(), ready()]);
    const connection = await connect(saying(welcome, greeting, settings, big, big));
    await connection.rows('select 1');
    connection.release();
    expect(await connection.rows('select 2')).toHaveLength(1);
    await connection.close();
  });
});

describe('between answers and at the end', () => {
  const speaking = (said: Buffer) => (socket: Socket) => socket.write(Buffer.concat([settings, said]));

  test.each<[string, Buffer]>([
    ['rows', row('x')],
    ['ready', ready()],
    ['settings without number', Buffer.concat(Array.from({ length: 400 }, () => parameter('a', 'b')))],
    ['the last word', refusal('57P01', 'FATAL')],
  ])('%s that nobody asked for end the connection', async (_what, said) => {
    const connecting = connect(saying(welcome, greeting, speaking(said)));
    expect(
      await ending(
        connecting.then(async (connection) => {
          await connection.rows('select 1').finally(() => expect(connection.alive).toBe(false));
        }),
      ),
    ).toMatch(/answer_malformed|connection_lost/);
  });

  test('an honest server may report a changed setting at any time', async () => {
    const one = Buffer.concat([fields(field('a', INT4)), row('7'), complete(), ready()]);
    const connection = await connect(saying(welcome, greeting, speaking(parameter('TimeZone', 'UTC')), one));
    expect(await connection.rows('select 7')).toEqual([[7]]);
    await connection.close();
  });

  test('an honest answer in pieces of one byte is the same answer', async () => {
    const byBytes = (said: Buffer) => (socket: Socket) => {
      for (const byte of said) socket.write(Buffer.of(byte));
    };
    const one = Buffer.concat([bound, fields(field('a'), field('b')), row('é', null), complete(), ready()]);
    const connection = await connect(saying(byBytes(welcome), byBytes(greeting), byBytes(settings), byBytes(one)));
    expect(await connection.rows('select 1')).toEqual([['é', null]]);
    await connection.close();
  });

  test('a server that never closes its side is left where it is', async () => {
    fake = await FakeServer.start(saying(welcome, greeting, settings), { allowHalfOpen: true });
    const connection = await connectServer(target(fake.port), LOOPBACK, { intake });
    await connection.close();
    expect(connection.alive).toBe(false);
  });

  test('giving up before the connection is made makes none, and giving up later closes it', async () => {
    let connections = 0;
    const counted = (socket: Socket) => {
      connections += 1;
      saying(welcome, greeting, settings)(socket);
    };
    expect(await ending(connect(counted, { signal: AbortSignal.abort() }))).toBe('answer_timeout');
    const later = new AbortController();
    await fake?.stop();
    const connection = await connect(counted, { signal: later.signal });
    expect(connections).toBe(1);
    const waiting = ending(connection.rows('select 1'));
    later.abort();
    expect(await waiting).toBe('answer_timeout');
    expect(connection.alive).toBe(false);
  });

  test('a query without an answer ends the connection', async () => {
    const connection = await connect(saying(welcome, greeting, settings), { answerTimeoutMs: 400 });
    expect(await ending(connection.rows('select 1'))).toBe('answer_timeout');
    expect(connection.alive).toBe(false);
    await connection.close();
  });
});
