import { ThreadShare } from './thread-share.ts';

test('a tenth of the thread from when the first burst is used up', () => {
  const share = new ThreadShare(1_000);
  let now = 0;
  share.now = () => now;
  expect(share.isUsedUp).toBe(false);
  share.use(1_500);
  expect(share.isUsedUp).toBe(true);
  now = 4_000;
  expect(share.isUsedUp).toBe(true);
  now = 6_000;
  expect(share.isUsedUp).toBe(false);
  now = 1_000_000;
  expect(share.isUsedUp).toBe(false);
  share.use(1_001);
  expect(share.isUsedUp).toBe(true);
});
