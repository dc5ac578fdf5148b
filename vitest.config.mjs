import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Those that start whole platforms take minutes: begun last, they would run alone in the end. */
class LongestFirst extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files);
    const isWhole = ({ moduleId }) => moduleId.startsWith(`${root}e2e/`);
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))];
  }
}

export default defineConfig({
  // Nest finds what a constructor needs by the types that decorators leave behind; of the two compilers only swc does it.
  plugins: [{ name: 'swc', enforce: 'pre', transform: compile }],
  esbuild: false,
  resolve: {
    alias: [
      {
        find: /^@tidegate\/(contracts|database|messaging|vault|netguard|runtime|entitlements|testing|client|telemetry|backup)\/(.*)$/,
        replacement: `${root}libs/$1/src/$2.ts`,
      },
      {
        find: /^@tidegate\/(identity|billing|usage|monitor-agent|bot-executor|notifier|gateway)\/(.*)$/,
        replacement: `${root}services/$1/src/$2.ts`,
      },
    ],
  },
  test: {
    include: ['{libs,services,cli,bench,scripts,e2e,console,deploy}/**/*.test.ts'],
    globals: true,
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    // For a test that hangs. Tests wait with `until`, whose deadlines know the machine; none gives a time-out of its own.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    sequence: { hooks: 'list', sequencer: LongestFirst },
    setupFiles: ['libs/testing/src/each-file.ts'],
    globalSetup: ['libs/testing/src/global-setup.ts'],
  },
});

function compile(source, path) {
  if (!/\.m?ts$/.test(path)) return undefined;
  return transform(source, {
    filename: path,
    swcrc: false,
    sourceMaps: true,
    jsc: {
      target: 'es2024',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'es6' },
  });
}
