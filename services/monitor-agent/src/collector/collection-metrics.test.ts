import { metricsText } from '@tidegate/telemetry/metrics';
import { CollectionMetrics } from './collection-metrics.ts';

test('operators see how many servers are there, how old the oldest figures are, and why connections were cut', async () => {
  const metrics = new CollectionMetrics();
  metrics.tell(
    [
      { connected: true, collectedAt: 90_000 },
      { connected: true, collectedAt: undefined },
      { connected: true, collectedAt: 60_000 },
      { connected: false, collectedAt: 0 },
    ],
    100_000,
  );
  metrics.failed('answer_too_large');
  const text = await metricsText();
  expect(text).toContain('tidegate_monitor_servers{state="connected"} 3');
  expect(text).toContain('tidegate_monitor_servers{state="away"} 1');
  expect(text).toContain('tidegate_monitor_oldest_collection_seconds 40');
  expect(text).toContain('tidegate_monitor_failures_total{code="answer_too_large"} 1');
});
