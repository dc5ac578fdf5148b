import { mayPass, persist } from './persist.ts';

const said: string[] = [];
const patience = {
  what: 'PostgreSQL at 127.0.0.1:5432',
  until: performance.now() + 60_000,
  fix: 'npx tidegate doctor',
  report: (text: string) => void said.push(text),
};

test('a passing failure is retried until it works', async () => {
  let tries = 0;
  const work = async () => {
    tries += 1;
    if (tries < 4) throw new Error('Connection terminated due to connection timeout');
    return tries;
  };
  expect(await persist(work, patience)).toBe(4);
});

test('a permanent failure is reported at once; a timeout names what was waited for, the reason and the fix', async () => {
  const wrong = async () => {
    throw Object.assign(new Error('password authentication failed'), { code: '28P01' });
  };
  await expect(persist(wrong, patience)).rejects.toThrow('password authentication failed');
  const away = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };
  await expect(persist(away, { ...patience, until: performance.now() })).rejects.toThrow(
    /PostgreSQL at 127.0.0.1:5432 could not be used within \d+ s: connect ECONNREFUSED\n {2}Fix: npx tidegate doctor/,
  );
});

test.each([
  ['a pool without a free connection', new Error('timeout exceeded when trying to connect'), true],
  ['JetStream that answers late', Object.assign(new Error('timeout'), { name: 'TimeoutError' }), true],
  ['somebody else who migrates', Object.assign(new Error('canceling statement'), { code: '55P03' }), true],
  ['a cause', new Error('Migration a failed', { cause: Object.assign(new Error('x'), { code: '57P03' }) }), true],
  ['a database that starts', Object.assign(new Error('starting up'), { code: '57P03' }), true],
  ['a bug', new TypeError('x is not a function'), false],
  ['a missing table', Object.assign(new Error('relation'), { code: '42P01' }), false],
])('%s', (_name, error, passes) => expect(mayPass(error)).toBe(passes));
