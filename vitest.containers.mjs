import shared from './vitest.config.mjs';

/** `npm run test:containers`: one file after the other, the image before what is made of it. Builds take minutes. */
export default {
  ...shared,
  test: {
    ...shared.test,
    include: ['e2e/containers/*.containers.ts'],
    maxWorkers: 1,
    sequence: { hooks: 'list' },
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
  },
};
