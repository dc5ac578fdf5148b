import { fullness } from './fullness.rules.ts';

const meter = (
  used: number,
  reserved: number,
  limit: number | null,
  enforcement: 'hard' | 'soft' | 'overage' = 'hard',
) => fullness({ used, reserved, limit, enforcement }, { estimate: 150 });

test.each([
  ['unlimited use is never full', meter(1_000_000, 0, null), { mark: 'ok', usedShare: 0, estimateShare: null }],
  ['little use is fine', meter(10, 0, 100), { mark: 'ok', usedShare: 10, estimateShare: 100 }],
  ['what is reserved counts', meter(70, 10, 100), { mark: 'warning', usedShare: 80, estimateShare: 100 }],
  [
    'a hard limit that is reached is critical',
    meter(100, 0, 100),
    { mark: 'critical', usedShare: 100, estimateShare: 100 },
  ],
  ['beyond it is charged', meter(300, 0, 200, 'overage'), { mark: 'warning', usedShare: 100, estimateShare: 75 }],
  ['nothing is allowed', meter(0, 0, 0), { mark: 'critical', usedShare: 100, estimateShare: 100 }],
])('%s', (_what, found, wanted) => {
  expect(found).toEqual(wanted);
});
