import shared from './vitest.config.mjs';

/** `npm run test:upgrade`: the release before and this one on the same data, one after the other. */
export default {
  ...shared,
  test: {
    ...shared.test,
    include: ['e2e/upgrade/*.upgrade.ts'],
    maxWorkers: 1,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
};
