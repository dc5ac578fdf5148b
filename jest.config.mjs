import { existsSync } from 'node:fs';

/*
 * Jest in CommonJS mode: swc turns our ESM into CommonJS, and Node 24 loads ESM-only packages (Nest 12) by require.
 * Jest's own ESM mode leaks about 19 MB per suite.
 */
/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{libs,services,cli,bench,scripts,e2e}/**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '^.+\\.(ts|mts)$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^@tidegate/(contracts|database|messaging|vault|netguard|runtime|entitlements|testing|client|telemetry)/(.*)$':
      '<rootDir>/libs/$1/src/$2.ts',
    '^@tidegate/(identity|billing|usage|monitor-agent|bot-executor|notifier|gateway)/(.*)$':
      '<rootDir>/services/$1/src/$2.ts',
  },
  maxWorkers: 2,
  // For a test that hangs. Tests wait with `until`, whose deadlines know the machine; none gives a time-out of its own.
  testTimeout: 600_000,
  workerIdleMemoryLimit: '1GB',
  reporters: ['default'],
  ...(existsSync(new URL('./libs/testing/src/global-setup.ts', import.meta.url))
    ? {
        globalSetup: '<rootDir>/libs/testing/src/global-setup.ts',
        globalTeardown: '<rootDir>/libs/testing/src/global-teardown.ts',
      }
    : {}),
};
