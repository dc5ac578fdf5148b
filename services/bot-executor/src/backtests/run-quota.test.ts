import { type ProblemError, timeout } from '@tidegate/contracts/kernel/problem';
import type { Lease } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import { Log } from '@tidegate/telemetry/log';
import { RunQuota } from './run-quota.ts';

const org = newId();
const lease = (given: Partial<Lease>): Lease => ({
  ...{ leaseId: newId(), meter: 'backtest_runs', granted: 1, expiresAt: '2026-12-01T00:00:00Z', limit: 3 },
  ...{ enforcement: 'hard', used: 3, reserved: 0, resetsAt: null, product: null, plan: 'free', upgradeTo: null },
  ...given,
});

/** Runs one backtest whose lease is answered so; answers what was settled and metered. */
async function spend(answer: () => Promise<Lease>) {
  const settled: unknown[] = [];
  const metered: unknown[] = [];
  const committed: (() => void)[] = [];
  const quota = new RunQuota(
    { call: answer } as never,
    { later: (one: unknown) => settled.push(one) } as never,
    new Log(),
  );
  const tx = { orgId: org, onCommit: (then: () => void) => committed.push(then) } as never;
  const meter = async (...use: unknown[]) => void metered.push(use);
  const done = await quota
    .spend({ tx, meter }, { meter: 'backtest_runs', count: 1, key: 'run-1' }, async () => 'done')
    .catch((error: ProblemError) => error.code);
  for (const then of committed) then();
  return { done, settled, metered };
}

test('while usage does not answer, work is done and counted by its event, without a lease', async () => {
  const { done, settled, metered } = await spend(() => Promise.reject(timeout({})));
  expect(done).toBe('done');
  expect(metered).toEqual([['backtest_runs', 1, { key: 'run-1', lease: undefined }]]);
  expect(settled).toEqual([]);
});

test('a lease that pays for it is settled once it is committed', async () => {
  const paid = lease({});
  const { done, settled } = await spend(() => Promise.resolve(paid));
  expect(done).toBe('done');
  expect(settled).toEqual([{ orgId: org, leaseId: paid.leaseId, spent: 1 }]);
});

test.each(['hard', 'soft'] as const)(
  'what is not lent is refused, also where a %s limit has a grace that ended',
  async (enforcement) => {
    const none = lease({ leaseId: null, granted: 0, enforcement });
    expect(await spend(() => Promise.resolve(none))).toEqual({ done: 'quota_exhausted', settled: [], metered: [] });
  },
);
