import { Metrics, metricsText } from './metrics.ts';
import { Series } from './series.ts';

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

test('a series counts what the library counts by the same labels, and begins again when all is reset', async () => {
  const histogram = new Metrics().histogram('tidegate_test_seconds', 'Of a test', ['service', 'outcome'], [0.1, 1]);
  const labels = { outcome: 'ok', service: 'one' };
  const series = new Series(histogram, labels);
  for (const value of [0.05, 0.1, 0.5, 3]) series.observe(value);
  const counted = await histogram.get();
  histogram.reset();
  for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe(labels, value);
  expect(counted.values).toEqual((await histogram.get()).values);
  series.observe(2);
  expect(await metricsText()).toContain('tidegate_test_seconds_count{outcome="ok",service="one"} 5');
  histogram.reset();
  series.observe(2);
  expect(await metricsText()).toContain('tidegate_test_seconds_sum{outcome="ok",service="one"} 2\n');
});
