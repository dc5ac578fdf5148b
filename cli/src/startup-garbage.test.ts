import { execFileSync } from 'node:child_process';

/** What a program prints that leaves 40 MB of old garbage behind, and works for `busyMs` before it idles. */
function run(busyMs: number): { busy: number; idle: number } {
  const garbage = new URL('./startup-garbage.ts', import.meta.url).href;
  const program = `
    import { setTimeout as pause } from 'node:timers/promises';
    const { collectStartupGarbage } = await import(${JSON.stringify(garbage)});
    const old = () => process.memoryUsage().heapUsed / 1e6;
    let kept = Array.from({ length: 400_000 }, (_, index) => ({ index, text: 'x' + index }));
    collectStartupGarbage();
    await pause(50);
    kept = undefined;
    const until = Date.now() + ${busyMs};
    while (Date.now() < until) {
      const turn = Date.now() + 20;
      while (Date.now() < turn);
      await pause(1);
    }
    const busy = old();
    const deadline = Date.now() + 60_000;
    while (old() > busy - 5 && Date.now() < deadline) await pause(200);
    console.log(JSON.stringify({ busy, idle: old() }));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }));
}

test('what a start leaves behind is freed once the process is calm, however long that takes, and not before', () => {
  const { busy, idle } = run(7_000);
  expect(busy - idle).toBeGreaterThan(5);
});
