import { conflict, timeout } from '@tidegate/contracts/kernel/problem';
import { Away, Reach } from './away.ts';

/* A service that hangs: every question to it ends with its deadline, until it is back. */
function hanging() {
  const waiting: PromiseWithResolvers<string>[] = [];
  return {
    waiting,
    call: () => {
      const one = Promise.withResolvers<string>();
      waiting.push(one);
      return one.promise;
    },
    /** The deadline of all who wait. */
    deadline: () => {
      for (const one of waiting.splice(0)) one.reject(timeout({}));
    },
    answer: (text: string) => {
      for (const one of waiting.splice(0)) one.resolve(text);
    },
  };
}
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('only the first waits for its deadline: who waits beside it is released with it, and who comes later does not wait', async () => {
  const [reach, service] = [new Reach(), hanging()];
  const first = reach.ask(service.call);
  const slow = hanging();
  const beside = reach.ask(slow.call);
  service.deadline();
  expect(await first).toEqual({ away: true, error: expect.objectContaining({ code: 'timeout' }) });
  expect(await beside).toEqual({ away: true });
  for (let n = 0; n < 5; n += 1) expect(await reach.ask(service.call)).toEqual({ away: true });
  expect(service.waiting).toEqual([]);
  reach.stop();
});

test('the last question is repeated each second until there is an answer, which whoever asked is given to return', async () => {
  const [reach, service] = [new Reach(), hanging()];
  const late: string[] = [];
  const ask = () => reach.ask(service.call, (text) => void late.push(text));
  const first = ask();
  service.deadline();
  await first;
  await ask();
  for (let second = 0; second < 3; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(service.waiting).toHaveLength(1);
    // One at a time, however long it takes.
    await vi.advanceTimersByTimeAsync(5_000);
    expect(service.waiting).toHaveLength(1);
    service.deadline();
    await vi.advanceTimersByTimeAsync(0);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  service.answer('back');
  await vi.advanceTimersByTimeAsync(0);
  expect(late).toEqual(['back']);
  const next = ask();
  service.answer('own');
  expect(await next).toEqual({ answer: 'own' });
  expect(late).toEqual(['back']);
});

test('an answer that comes after others gave up is given back', async () => {
  const [reach, hung, slow] = [new Reach(), hanging(), hanging()];
  const late: string[] = [];
  const beside = reach.ask(slow.call, (text) => void late.push(text));
  const first = reach.ask(hung.call);
  hung.deadline();
  await Promise.all([first, beside]);
  slow.answer('lent');
  await vi.advanceTimersByTimeAsync(0);
  expect(late).toEqual(['lent']);
  reach.stop();
});

test('a refusal is an answer: it is thrown, nobody is away, and it ends an absence', async () => {
  const [reach, service] = [new Reach(), hanging()];
  const refused = () => Promise.reject(conflict({}));
  await expect(reach.ask(refused)).rejects.toMatchObject({ code: 'conflict' });
  const first = reach.ask(service.call);
  service.deadline();
  await first;
  expect(await reach.ask(refused)).toEqual({ away: true });
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(reach.ask(refused)).rejects.toMatchObject({ code: 'conflict' });
});

test('after a stop nothing is asked any more', async () => {
  const [reach, service] = [new Reach(), hanging()];
  const first = reach.ask(service.call);
  service.deadline();
  await first;
  reach.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(service.waiting).toEqual([]);
  // Nor by who was waiting when it stopped.
  const [other, slow] = [new Reach(), hanging()];
  const last = other.ask(slow.call);
  other.stop();
  slow.deadline();
  expect(await last).toMatchObject({ away: true });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(slow.waiting).toEqual([]);
});

test('an absence is new once, and over at once', () => {
  const away = new Away();
  expect([away.now, away.isDue()]).toEqual([false, true]);
  expect([away.begin(), away.begin(), away.now, away.isDue()]).toEqual([true, false, true, false]);
  vi.advanceTimersByTime(1_000);
  expect([away.now, away.isDue()]).toEqual([true, true]);
  away.end();
  expect([away.now, away.isDue()]).toEqual([false, true]);
});
