import { until } from '@tidegate/testing/until';
import { type Asker, PasswordHashing } from './password-hashing.ts';

const from = (network: string, account: string, known = false): Asker => ({ known, subjects: { network, account } });
const ADA = from('192.0.2.1', 'ada');
const KNOWN_ADA = from('192.0.2.1', 'ada', true);
const eve = (n: number, known = false) => from('203.0.113.7', `eve ${n}`, known);
const TOO_MANY = { code: 'rate_limited', data: { retryAfterSeconds: 2 } };

async function opened() {
  const passwords = new PasswordHashing();
  const stored = await passwords.hash('correct horse', ADA);
  /** Answers in order, by these. */
  const served: string[] = [];
  const ask = async (asker: Asker) => {
    const right = await passwords.verify(stored, 'correct horse', asker);
    served.push(asker.subjects.account);
    return right;
  };
  return { passwords, stored, served, ask };
}

test('a password matches its hash; none matches an account that does not exist', async () => {
  const { passwords, stored } = await opened();
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.verify(stored, 'correct horse', ADA)).toBe(true);
  expect(await passwords.verify(stored, 'correct horsf', ADA)).toBe(false);
  expect(await passwords.verify(undefined, 'correct horse', ADA)).toBe(false);
});

test('of a flood 52 are served and the rest refused; the next one after it is served', async () => {
  const { ask } = await opened();
  const flood = await Promise.allSettled(Array.from({ length: 60 }, () => ask(ADA)));
  const refused = flood.filter((one) => one.status === 'rejected').map((one) => one.reason);
  expect(refused).toHaveLength(8);
  expect(refused[0]).toMatchObject(TOO_MANY);
  expect(await ask(ADA)).toBe(true);
});

test('a flood of others keeps nobody waiting who comes from where they got in before', async () => {
  const { served, ask } = await opened();
  const flood = Array.from({ length: 52 }, () => ask(eve(1)));
  await expect(ask(eve(1))).rejects.toMatchObject(TOO_MANY);
  expect(await ask(KNOWN_ADA)).toBe(true);
  expect(served.length).toBeLessThan(6);
  await Promise.all(flood);
});

test('whoever logs in to their own account again and again keeps nobody waiting, from wherever they come', async () => {
  const { served, ask } = await opened();
  let over = false;
  // Never fewer than fifty waiting, and refused ones come again at once.
  const flood = Array.from({ length: 60 }, async (_, n) => {
    while (!over) await ask(eve(n % 2, true)).catch(() => new Promise((resolve) => setTimeout(resolve, 5)));
  });
  await until(() => served.length > 2);
  for (const asker of [KNOWN_ADA, from('198.51.100.9', 'grace')]) {
    const before = served.length;
    expect(await ask(asker)).toBe(true);
    expect(served.length - before).toBeLessThan(12);
  }
  over = true;
  await Promise.all(flood);
});

test('in one network an account takes turns with the others, and many accounts of a network with other networks', async () => {
  const { served, ask } = await opened();
  const flood = Promise.allSettled([
    ...Array.from({ length: 25 }, () => ask(from('192.0.2.1', 'mallory'))),
    ...Array.from({ length: 27 }, (_, n) => ask(eve(n))),
  ]);
  const [colleague, outsider] = [ask(ADA), ask(from('198.51.100.9', 'grace'))];
  await Promise.all([colleague, outsider]);
  expect(served.length).toBeLessThan(16);
  // Who had most places gave two up.
  expect((await flood).filter(({ status }) => status === 'rejected')).toHaveLength(2);
});

/** Medians of many, taken in turn, so that other load of the machine affects both. */
test('an account that does not exist costs as much as one that does', async () => {
  const { passwords, stored } = await opened();
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  for (let round = 0; round < 40; round += 1) {
    for (const kind of ['known', 'unknown'] as const) {
      const begun = performance.now();
      await passwords.verify(kind === 'known' ? stored : undefined, 'wrong', ADA);
      times[kind].push(performance.now() - begun);
    }
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[list.length / 2] as number;
  expect(median(times.unknown) / median(times.known)).toBeGreaterThan(0.5);
  expect(median(times.unknown) / median(times.known)).toBeLessThan(2);
});
