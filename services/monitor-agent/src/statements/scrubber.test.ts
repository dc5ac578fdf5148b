import { Scrubber } from './scrubber.ts';

/** PostgreSQL's scanner needs more than a minute for it. */
const ENDLESS = '+'.repeat(100_000);

let scrubber: Scrubber;
const begin = (limits?: ConstructorParameters<typeof Scrubber>[0]): Scrubber => {
  scrubber = new Scrubber(limits);
  return scrubber;
};
afterEach(() => scrubber.close());

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
  begin({ taskMs: 800 });
  await scrubber.scrub(['select 1']);
  const done = await scrubber.scrub(['select 1', `${ENDLESS} S3CR3T`, "select 'S3CR3T'"]);
  expect(done.map((one) => one?.text)).toEqual(['select $1', '<unparsable> 100007', 'select $1']);
}, 30_000);

test('after a few of those the rest of a request waits for the next one', async () => {
  begin({ taskMs: 500 });
  const done = await scrubber.scrub([ENDLESS, `${ENDLESS}1`, `${ENDLESS}12`, 'select 1']);
  expect(done.map((one) => one?.text)).toEqual(['<unparsable> 100000', '<unparsable> 100001', undefined, undefined]);
  expect((await scrubber.scrub(['select 1']))[0]?.text).toBe('select $1');
}, 30_000);

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
