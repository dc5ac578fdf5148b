import { clock } from '@tidegate/runtime/clock';
import { setLogLevel } from '@tidegate/telemetry/log';
import { resetMetrics } from '@tidegate/telemetry/metrics';
import { afterAll, vi } from 'vitest';
import { closeAll } from './closing.ts';

/*
 * Before each test file. Files share their worker's modules, which are loaded once; what a file changes for its whole
 * process is put back here.
 */
const before = { ...process.env };
const { now } = clock;
setLogLevel(before['TEST_LOG_LEVEL'] ?? 'silent');

afterAll(async () => {
  try {
    await closeAll();
  } finally {
    vi.restoreAllMocks();
    vi.useRealTimers();
    // A world of histories that did not start once left its own: every later file of the worker had its events in another year.
    clock.now = now;
    vi.unstubAllEnvs();
    resetMetrics();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
});
