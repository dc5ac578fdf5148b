import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { patient } from '@tidegate/testing/pace';
import { until } from '@tidegate/testing/until';
import { isOutOfMemory, TaskCancelled, WorkerPool, WorkersBusy, WorkerTooSlow } from './worker-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const side = pathToFileURL(join(__dirname, 'worker-side.ts')).href;
function workerOf(body: string): URL {
  const file = join(folder, `${Math.random()}.mjs`);
  writeFileSync(
    file,
    `import { workerData } from 'node:worker_threads';\nimport { answerTasks } from '${side}';\n${body}`,
  );
  return pathToFileURL(file);
}

test('every task gets its own answer, and shared memory is shared', async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const pool = new WorkerPool<number, number>(
    workerOf('answerTasks((n) => { Atomics.add(workerData, 0, 1); return n * 2; });'),
    { size: 2, data: shared },
  );
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => pool.run(n)));
  expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => n * 2));
  expect(shared[0]).toBe(50);
  await pool.close();
});

test('an error fails its task alone; a thread that dies is replaced', async () => {
  const pool = new WorkerPool<string, string>(
    workerOf(
      `answerTasks((task) => { if (task === 'die') process.exit(1); if (task === 'throw') throw new Error('no'); return task; });`,
    ),
    { size: 1 },
  );
  const results = await Promise.allSettled(['a', 'throw', 'b', 'die', 'c'].map((task) => pool.run(task)));
  expect(results.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message))).toEqual([
    'a',
    'no',
    'b',
    'A worker thread ended.',
    'c',
  ]);
  await pool.close();
});

test('a task that takes too long is ended with its thread, and the next one gets a new thread', async () => {
  const pool = new WorkerPool<string, string>(
    workerOf(`answerTasks((task) => { if (task === 'endless') for (;;); return task; });`),
    // The start of the thread is part of it.
    { size: 1, taskMs: patient(500) },
  );
  const endless = expect(pool.run('endless')).rejects.toThrow(WorkerTooSlow);
  await expect(pool.run('a')).resolves.toBe('a');
  await endless;
  await expect(pool.run('b')).resolves.toBe('b');
  await pool.close();
});

test('more tasks than may wait are refused', async () => {
  const pool = new WorkerPool<number, number>(workerOf('answerTasks((n) => n);'), { size: 1, maxWaiting: 2 });
  const results = await Promise.allSettled([1, 2, 3, 4].map((task) => pool.run(task)));
  expect(results.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).name))).toEqual([
    1,
    2,
    3,
    'WorkersBusy',
  ]);
  await pool.close();
});

test('an idle thread is ended, and the next task gets a new one', async () => {
  const pool = new WorkerPool<number, number>(
    workerOf(`import { threadId } from 'node:worker_threads';\nanswerTasks(() => threadId);`),
    { size: 1, idleMs: 200 },
  );
  const first = await pool.run(1);
  await until(async () => (await pool.run(2)) !== first, { withinMs: 10_000, everyMs: 400 });
  await pool.close();
});

test('closing drops running tasks, and no new ones are accepted', async () => {
  const pool = new WorkerPool<number, number>(workerOf('answerTasks(() => { for (;;); });'), { size: 1 });
  const endless = expect(pool.run(1)).rejects.toThrow('closed');
  const waiting = expect(pool.run(2)).rejects.toThrow('closed');
  await pool.close();
  await Promise.all([endless, waiting]);
  await expect(pool.run(3)).rejects.toThrow('closed');
});

test('groups take turns: one with many tasks delays another by one of them', async () => {
  const order: string[] = [];
  const pool = new WorkerPool<string, string>(workerOf('answerTasks((task) => task);'), {
    size: 1,
    maxWaitingPerGroup: 5,
  });
  const run = async (task: string, group: string) => order.push(await pool.run(task, { group }));
  // The first goes to the thread at once; the others wait.
  const greedy = [0, 1, 2, 3, 4, 5].map((n) => run(`a${n}`, 'a'));
  await expect(pool.run('one too many', { group: 'a' })).rejects.toThrow(WorkersBusy);
  await Promise.all([...greedy, run('b0', 'b'), run('c0', 'c'), run('b1', 'b')]);
  expect(order).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3', 'a4', 'a5']);
  await pool.close();
});

test('a cancelled task leaves the queue, or ends with its thread; the others go on', async () => {
  const pool = new WorkerPool<string, string>(
    workerOf(`answerTasks((task) => { if (task === 'endless') for (;;); return task; });`),
    { size: 1 },
  );
  const [running, waiting] = [new AbortController(), new AbortController()];
  const cancelled = [pool.run('endless', running), pool.run('never', waiting)].map((task) =>
    expect(task).rejects.toThrow(TaskCancelled),
  );
  const last = pool.run('a');
  waiting.abort();
  running.abort();
  await Promise.all(cancelled);
  await expect(last).resolves.toBe('a');
  await expect(pool.run('b', running)).rejects.toThrow(TaskCancelled);
  await pool.close();
});

test('a task that exceeds the memory of a thread fails alone, and so does one that cannot be copied', async () => {
  const pool = new WorkerPool<unknown, unknown>(
    workerOf(
      `answerTasks((task) => { if (task !== 'swell') return task; const all = []; for (;;) all.push(new Array(1e5).fill(all)); });`,
    ),
    { size: 1, memory: { maxOldGenerationSizeMb: 32 } },
  );
  const swollen = await pool.run('swell').catch((error: unknown) => error);
  expect(isOutOfMemory(swollen)).toBe(true);
  await expect(pool.run(() => {})).rejects.toThrow('could not be cloned');
  await expect(pool.run('a')).resolves.toBe('a');
  await pool.close();
});

test('a thread that the system refuses fails what waits for it, and takes no slot from the next', async () => {
  let refused = 2;
  const data = {
    get answer() {
      refused -= 1;
      if (refused >= 0) throw new Error('no more threads');
      return 42;
    },
  };
  const pool = new WorkerPool<string, number>(workerOf('answerTasks(() => workerData.answer);'), { size: 1, data });
  await expect(pool.run('a')).rejects.toThrow('no more threads');
  await expect(pool.run('b')).rejects.toThrow('no more threads');
  await expect(pool.run('c')).resolves.toBe(42);
  await pool.close();
});
