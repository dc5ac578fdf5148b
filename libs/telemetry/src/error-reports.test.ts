import { ErrorCollector } from '@tidegate/testing/fakes/error-collector';
import { until } from '@tidegate/testing/until';
import { type Destination, readDsn } from './dsn.ts';
import { ErrorReports, scrub } from './error-reports.ts';
import { alsoTo, Log, setLogLevel } from './log.ts';

const options = ({ dsn }: ErrorCollector) => ({
  to: readDsn(dsn) as Destination,
  release: '1.2.3',
  environment: 'production',
});

function failing(message: string): Error {
  return Object.assign(new RangeError(message), { code: '23505' });
}

test('an unexpected error arrives with its place and trace, and without what is a customer’s', async () => {
  const collector = await ErrorCollector.start();
  const reports = new ErrorReports(options(collector));
  alsoTo(reports);
  setLogLevel('error');
  const log = new Log({ service: 'billing' });
  const error = failing('no plan "Harbour Coffee" for ada@example.com at 10.1.2.3 with sk_live_abcdefghij0123456789');
  log.error({ error, operation: 'plans.get', orgId: '01a2', password: 'hunter2' }, 'An operation failed');
  log.warn({ error: failing('only a warning') }, 'Later');
  log.error({}, 'Without an error');
  log.error({ error: new TypeError('x\n    at harbour (/ada/secret.js:1:1)') }, 'A message with a place');
  await until(async () => collector.received.length > 1);
  await reports.stop();
  expect(collector.refused).toEqual([]);
  expect(collector.received).toHaveLength(2);
  expect(collector.received[1]?.text).not.toContain('secret.js');
  const [{ event, text, key } = { event: {}, text: '', key: '' }] = collector.received;
  expect(key).toBe('0123456789abcdef');
  expect(event).toMatchObject({
    level: 'error',
    release: 'tidegate@1.2.3',
    environment: 'production',
    transaction: 'plans.get',
    tags: { service: 'billing', code: '23505' },
  });
  const [thrown] = (
    event['exception'] as { values: { type: string; value: string; stacktrace: { frames: object[] } }[] }
  ).values;
  expect(thrown?.type).toBe('RangeError');
  expect(thrown?.value).toMatch(/^An operation failed: no plan <text> for <address> at <address> with <value>$/);
  expect(thrown?.stacktrace.frames.at(-1)).toMatchObject({ function: 'failing', in_app: true });
  for (const secret of ['Harbour', 'ada@', '10.1.2.3', 'sk_live', 'hunter2', '01a2'])
    expect(text).not.toContain(secret);
});

test.each([
  ['duplicate key (email)=(ada@example.com)', 'ada'],
  ["relation 'orders_of_harbour' does not exist", 'harbour'],
  ['connect ECONNREFUSED db.harbour.example:5432', 'harbour'],
  ['postgresql://ada:pw@db/x refused', 'pw'],
  ['invalid input "abc', 'abc'],
  ['id 01a1fc74-aa6c-7038-93e8-a50fed220b3c is gone', 'aa6c'],
  ['2001:db8::1 hung up', 'db8'],
])('scrubbed: %s', (message, secret) => {
  expect(scrub(message)).not.toContain(secret);
  expect(scrub(message).length).toBeGreaterThan(3);
});

test('the same error is sent once a minute, and no more wait than a few', async () => {
  const collector = await ErrorCollector.start();
  collector.mode = 'hangs';
  const reports = new ErrorReports(options(collector));
  const line = (index: number) =>
    `{"level":"error","msg":"kind ${index}","error":{"name":"Error","message":"x","stack":"Error: x\\n    at a (/a.js:1:1)"}}`;
  for (let index = 0; index < 100; index += 1) {
    reports.write(line(index));
    reports.write(line(index));
  }
  // One is on its way, twenty wait; nobody waited for any of it.
  expect(reports.dropped).toBe(79);
  await until(async () => collector.asked === 1);
});

test('a collector that wants a pause gets it', async () => {
  const collector = await ErrorCollector.start();
  collector.mode = 'busy';
  const reports = new ErrorReports({ ...options(collector), sameAgainMs: 0 });
  const line = '{"level":"error","msg":"m","error":{"name":"E","message":"x","stack":"E: x\\n    at a (/a.js:1:1)"}}';
  reports.write(line);
  await until(async () => collector.asked === 1);
  await reports.stop();
  collector.mode = 'takes';
  reports.write(line);
  await reports.stop();
  expect({ asked: collector.asked, dropped: reports.dropped }).toEqual({ asked: 1, dropped: 1 });
});

test('a DSN is read as it is given, and anything else is none', () => {
  expect(readDsn('https://abc@o1.ingest.example/7')).toEqual({
    url: 'https://o1.ingest.example/api/7/envelope/',
    key: 'abc',
  });
  expect(['x', 'https://o1.example/7', 'ftp://a@b/7', 'https://abc@o1.example/'].map(readDsn)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
