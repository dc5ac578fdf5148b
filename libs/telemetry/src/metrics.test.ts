import { Metrics, metricsText } from './metrics.ts';

test('a watched gauge is read at each scrape and left out when it cannot be read', async () => {
  let asked = 0;
  const metrics = new Metrics();
  const watch = (which: string, read: () => number | Promise<number>) =>
    metrics.watched('tidegate_test_things', 'Things', { which }, read);
  const stop = watch('counted', () => {
    asked += 1;
    return 7;
  });
  const stopBroken = watch('broken', async () => {
    throw new Error('the database is away');
  });
  const stopHanging = watch('hanging', () => new Promise(() => {}));
  expect(asked).toBe(0);
  const texts = await Promise.all([metricsText(), metricsText()]);
  for (const text of texts) {
    expect(text).toContain('tidegate_test_things{which="counted"} 7');
    expect(text).not.toMatch(/which="(broken|hanging)"/);
  }
  for (const end of [stop, stopBroken, stopHanging]) end();
  expect(await metricsText()).not.toContain('which="counted"');
});

test('a watched figure that cannot be read is left out, and is no zero', async () => {
  let value: number | undefined;
  new Metrics().watched('test_watched_alone', 'Without labels', {}, () => value);
  expect(await metricsText()).not.toMatch(/^test_watched_alone /m);
  value = 7;
  expect(await metricsText()).toMatch(/^test_watched_alone 7$/m);
  value = undefined;
  expect(await metricsText()).not.toMatch(/^test_watched_alone /m);
});
