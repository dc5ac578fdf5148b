import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as FreePort from '@tidegate/runtime/embedded/free-port';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { closing } from '@tidegate/testing/closing';
import { programEnvironment } from '@tidegate/testing/test-run';
import { expect, test, vi } from 'vitest';
import { startSecondPlatform } from './second-platform.ts';

vi.mock('@tidegate/runtime/embedded/free-port', async (original) => {
  const real = await original<typeof FreePort>();
  return { ...real, freePort: vi.fn(real.freePort) };
});

test('a port that another program took in between costs a start, not the platform', async () => {
  const taken = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  closing(() => taken.close());
  const { port } = taken.address() as { port: number };
  vi.mocked(freePort).mockResolvedValueOnce(port);
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-second-'));
  closing(() => rmSync(folder, { recursive: true, force: true }));
  const env = { ...programEnvironment(), DATA_DIR: join(folder, 'data'), ROLES: 'identity,gateway' };
  const platform = await startSecondPlatform(env, join(folder, 'platform.log'));
  closing(() => platform.stop());
  expect(platform.url).not.toContain(String(port));
  expect((await fetch(`${platform.url}/health/ready`)).status).toBe(200);
});
