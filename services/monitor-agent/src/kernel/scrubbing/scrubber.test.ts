import { Scrubber } from './scrubber.ts';
import { ThreadShare } from './thread-share.ts';

/** PostgreSQL's scanner needs more than a minute for it. */
const ENDLESS = '+'.repeat(100_000);

let scrubber: Scrubber;
/** On a machine however busy nothing takes too long but what is meant to. */
const begin = (limits?: ConstructorParameters<typeof Scrubber>[0]): Scrubber => {
  scrubber = new Scrubber({ taskMs: 60_000, ...limits });
  return scrubber;
};
afterEach(async () => {
  vi.restoreAllMocks();
  await scrubber.close();
});

const TASK_MS = 777;
/** The time of these tasks, by their number, is up as soon as a thread has them; others have all the time they need. */
function timeIsUpFor(...tasks: number[]): void {
  const { setTimeout } = globalThis;
  let begun = 0;
  const limit = (act: () => void, ms?: number) => {
    if (ms !== TASK_MS) return setTimeout(act, ms);
    begun += 1;
    return setTimeout(act, tasks.includes(begun) ? 1 : 3_600_000);
  };
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(limit as typeof setTimeout);
}

test('texts come back in their order, whole ones with fingerprints', async () => {
  const texts = Array.from({ length: 120 }, (_, index) => `select a${index}, 'S3CR3T' from t`);
  const done = await begin().scrub([...texts, "select 'not finished"]);
  expect(done.map((one) => one?.text)).toEqual([
    ...texts.map((text) => text.replace("'S3CR3T'", '$1')),
    'select $1 /* truncated */',
  ]);
  expect(new Set(done.map((one) => one?.fingerprint)).size).toBe(121);
  expect(done.at(-1)?.fingerprint).toBeUndefined();
  expect(await scrubber.fingerprints(done.slice(0, 120).map((one) => one?.text ?? ''))).toEqual(
    done.slice(0, 120).map((one) => one?.fingerprint),
  );
});

test('the largest texts fit into the thread, and odd ones harm nothing', async () => {
  const done = await begin().scrub([
    `select * from t where id in (${"'S3CR3T',".repeat(150_000)}0)`,
    `select 'S3CR3T'${" union select 'S3CR3T'".repeat(5_000)}`,
    '('.repeat(1_300_000),
    "select 'S3CR3T\0', '\ud83d', 1",
    '',
  ]);
  expect(done.map((one) => one?.text.slice(0, 40))).toEqual([
    'select * from t where id in ($1,$2,$3,$4',
    'select $1 union select $2 union select $',
    '('.repeat(40),
    'select $1, $2, $3',
    '',
  ]);
  expect(done.map((one) => one?.truncated)).toEqual([true, true, true, false, false]);
  expect(JSON.stringify(done)).not.toContain('S3CR3T');
});

test('a text that takes too long is unparsable, and costs its neighbours nothing', async () => {
  timeIsUpFor(1, 3);
  begin({ taskMs: TASK_MS });
  // So long that it still travels with its neighbours.
  const endless = ENDLESS.slice(0, 50_000);
  const done = await scrubber.scrub(['select 1', `${endless} S3CR3T`, "select 'S3CR3T'"]);
  expect(done.map((one) => one?.text)).toEqual(['select $1', '<unparsable> 50007', 'select $1']);
});

test('after a few of those the rest of a request waits for the next one', async () => {
  timeIsUpFor(1, 2);
  begin({ taskMs: TASK_MS });
  const done = await scrubber.scrub([ENDLESS, `${ENDLESS}1`, `${ENDLESS}12`, 'select 1']);
  expect(done.map((one) => one?.text)).toEqual(['<unparsable> 100000', '<unparsable> 100001', undefined, undefined]);
  expect((await scrubber.scrub(['select 1']))[0]?.text).toBe('select $1');
});

test('where too many wait, a text is done another time, and a session shows none', async () => {
  begin({ maxWaiting: 0 });
  expect(await scrubber.scrub(['select 1'])).toEqual([undefined]);
  expect(await scrubber.scrubLive(["select 'S3CR3T'"])).toEqual([{ text: '<unparsable> 15', truncated: true }]);
});

test('texts of sessions are remembered, those that were used last', async () => {
  begin({ remembered: 2 });
  const live = async (...texts: string[]) => (await scrubber.scrubLive(texts)).map(({ text }) => text);
  expect(await live("select 'a'", "select 'b', 2", "select 'a'")).toEqual(['select $1', 'select $1, $2', 'select $1']);
  expect(await live("select 'a'", "select 'c' as c")).toEqual(['select $1', 'select $1 as c']);
  await scrubber.close();
  expect(await live("select 'a'", "select 'c' as c")).toEqual(['select $1', 'select $1 as c']);
  await expect(live("select 'b', 2")).rejects.toThrow('closed');
});

test('a server whose texts always take long is left waiting, and no other', async () => {
  timeIsUpFor(1, 2);
  begin({ taskMs: TASK_MS });
  const [greedy, other] = [scrubber.forServer(new ThreadShare(TASK_MS)), scrubber.forServer()];
  expect((await greedy.scrub([ENDLESS, `${ENDLESS}1`]))[0]?.text).toBe('<unparsable> 100000');
  expect(await greedy.scrub(['select 1'])).toEqual([undefined]);
  expect(await greedy.scrubLive(["select 'S3CR3T'"])).toEqual([{ text: '<unparsable> 15', truncated: true }]);
  expect((await other.scrub(['select 1']))[0]?.text).toBe('select $1');
});
