import { Log } from '@tidegate/telemetry/log';
import { until } from '@tidegate/testing/until';
import { each } from './each.ts';
import { Loop, startLoops, type TurnResult } from './loop.ts';
import { Wakes } from './wakes.ts';

const log = new Log({ service: 'test' });

/** The bus between two replicas: all receive what one sends. */
function bus() {
  const listeners: ((error: Error | null, message: { subject: string; string: () => string }) => void)[] = [];
  const back = Promise.withResolvers<void>();
  const connection = {
    status: async function* () {
      await back.promise;
      yield { type: 'reconnect' };
    },
    isClosed: () => false,
    subscribe: (_subject: string, { callback }: { callback: (typeof listeners)[number] }) => listeners.push(callback),
    publish: (subject: string, text: string) => {
      for (const listener of listeners) listener(null, { subject, string: () => text });
    },
  };
  return Object.assign(() => new Wakes('test', connection as never), { reconnect: back.resolve });
}

class Counting {
  turns = 0;
  answer: TurnResult = undefined;
  failing = false;

  @Loop({ name: 'count', everyMs: 3_600_000 })
  async turn(): Promise<TurnResult> {
    this.turns += 1;
    if (this.failing) throw new Error('in trouble');
    return this.answer;
  }
}

test('a woken loop takes a turn at once, in every replica, and a wake during a turn is not lost', async () => {
  const replica = bus();
  const [here, there] = [replica(), replica()];
  const [counting, other] = [new Counting(), new Counting()];
  const loops = [...startLoops(counting, log, here), ...startLoops(other, log, there)];
  here.wake('count');
  await until(() => counting.turns >= 2 && other.turns >= 2);
  here.wake('something-else');
  const before = counting.turns;
  there.wake('count');
  await until(() => counting.turns > before);
  await Promise.all(loops.map((loop) => loop.stop()));
});

test('wakes that were missed while the bus was away are made up for when it is back', async () => {
  const replica = bus();
  const counting = new Counting();
  const [loop] = startLoops(counting, log, replica());
  await until(() => counting.turns === 1);
  replica.reconnect();
  await until(() => counting.turns === 2);
  await loop?.stop();
});

test('a turn says when the next one is due', async () => {
  const counting = new Counting();
  counting.answer = 5;
  const loops = startLoops(counting, log);
  await until(() => counting.turns >= 4);
  await Promise.all(loops.map((loop) => loop.stop()));
});

test('waking does not hurry a loop that fails', async () => {
  const wakes = bus()();
  const counting = new Counting();
  counting.failing = true;
  const loops = startLoops(counting, log, wakes);
  await until(() => counting.turns === 1);
  for (let i = 0; i < 50; i += 1) {
    wakes.wake('count');
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(counting.turns).toBe(1);
  await Promise.all(loops.map((loop) => loop.stop()));
});

test('a failure does not stop those behind it, an outage stops all', async () => {
  const done: string[] = [];
  const failing = async ({ id }: { id: string }) => {
    if (id === 'b') throw new Error('broken');
    done.push(id);
  };
  expect(await each([{ id: 'a' }, { id: 'b' }, { id: 'c' }], { log, what: 'Counting' }, failing)).toBe(1);
  expect(done).toEqual(['a', 'c']);
  const away = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
  await expect(each([{ id: 'a' }], { log, what: 'Counting' }, () => Promise.reject(away))).rejects.toBe(away);
});
