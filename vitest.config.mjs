import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  // As Nest needs it, also in test files, which the packages' own tsconfig.json leaves out.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: {
    alias: [
      {
        find: /^@tidegate\/(contracts|database|messaging|vault|netguard|runtime|entitlements|testing|client|telemetry)\/(.*)$/,
        replacement: `${root}libs/$1/src/$2.ts`,
      },
      {
        find: /^@tidegate\/(identity|billing|usage|monitor-agent|bot-executor|notifier|gateway)\/(.*)$/,
        replacement: `${root}services/$1/src/$2.ts`,
      },
    ],
  },
  test: {
    include: ['{libs,services,cli,bench,scripts,e2e}/**/*.test.ts'],
    globals: true,
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    // For a test that hangs. Tests wait with `until`, whose deadlines know the machine; none gives a time-out of its own.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    sequence: { hooks: 'list' },
    setupFiles: ['libs/testing/src/each-file.ts'],
    globalSetup: ['libs/testing/src/global-setup.ts'],
  },
});
