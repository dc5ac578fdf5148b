import { BaseSequencer } from 'vitest/node';
import shared from './vitest.config.mjs';

/** The image before what is made of it, and not what failed last time. */
class ByName extends BaseSequencer {
  async sort(files) {
    return [...files].sort((one, other) => (one.moduleId < other.moduleId ? -1 : 1));
  }
}

/** `npm run test:containers`: one file after the other. Builds take minutes. */
export default {
  ...shared,
  test: {
    ...shared.test,
    include: ['e2e/containers/*.containers.ts'],
    maxWorkers: 1,
    sequence: { hooks: 'list', sequencer: ByName },
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
  },
};
