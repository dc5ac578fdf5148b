import { PasswordHashing } from './password-hashing.ts';

test('a password matches its hash; none matches an account that does not exist', async () => {
  const passwords = new PasswordHashing();
  const stored = await passwords.hash('correct horse');
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.verify(stored, 'correct horse')).toBe(true);
  expect(await passwords.verify(stored, 'correct horsf')).toBe(false);
  expect(await passwords.verify(undefined, 'correct horse')).toBe(false);
});

test('of a flood 52 are served and the rest refused; the next one after it is served', async () => {
  const passwords = new PasswordHashing();
  const stored = await passwords.hash('correct horse');
  const flood = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify(stored, 'wrong')));
  const refused = flood.filter((one) => one.status === 'rejected').map((one) => one.reason);
  expect(refused).toHaveLength(8);
  expect(refused[0]).toMatchObject({ code: 'rate_limited', data: { retryAfterSeconds: 2 } });
  expect(await passwords.verify(stored, 'correct horse')).toBe(true);
});

test('a flood of others keeps nobody waiting who comes from where they got in before', async () => {
  const passwords = new PasswordHashing();
  const stored = await passwords.hash('correct horse');
  const order: string[] = [];
  const flood = Array.from({ length: 52 }, () => passwords.verify(stored, 'wrong').then(() => order.push('other')));
  await expect(passwords.verify(stored, 'correct horse')).rejects.toMatchObject({ code: 'rate_limited' });
  expect(await passwords.verify(stored, 'correct horse', { known: true })).toBe(true);
  expect(order.length).toBeLessThan(6);
  await Promise.all(flood);
});

/** Medians of many, taken in turn, so that other load of the machine affects both. */
test('an account that does not exist costs as much as one that does', async () => {
  const passwords = new PasswordHashing();
  const stored = await passwords.hash('correct horse');
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  for (let round = 0; round < 40; round += 1) {
    for (const kind of ['known', 'unknown'] as const) {
      const begun = performance.now();
      await passwords.verify(kind === 'known' ? stored : undefined, 'wrong');
      times[kind].push(performance.now() - begun);
    }
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[list.length / 2] as number;
  expect(median(times.unknown) / median(times.known)).toBeGreaterThan(0.5);
  expect(median(times.unknown) / median(times.known)).toBeLessThan(2);
});
