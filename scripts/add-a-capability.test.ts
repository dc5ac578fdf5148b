/*
 * docs/add-a-capability.md is true: its files are written out beside the build, compiled against ours, and its tests
 * run in a process of their own, because a contract that is imported once stays for its process.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './setup.mjs';

const FOLDER = join(ROOT, 'dist', 'add-a-capability');
const CONTRACT = 'libs/contracts/src/monitor-agent/bookmarks.ts';
const page = readFileSync(join(ROOT, 'docs/add-a-capability.md'), 'utf8');
const files = [...page.matchAll(/^`([^`\n]+)`\n```\w+\n(.*?)^```/gms)].map(([, path = '', text = '']) => ({
  path,
  text,
}));

test('the page "Add a capability" compiles and its tests pass', () => {
  rmSync(FOLDER, { recursive: true, force: true });
  for (const { path, text } of files) write(path, text);
  // The page adds to folders that are there.
  for (const folder of ['libs/database', 'libs/messaging']) {
    mkdirSync(join(FOLDER, folder), { recursive: true });
    symlinkSync(join(ROOT, folder, 'migrations'), join(FOLDER, folder, 'migrations'));
  }
  write('tsconfig.json', JSON.stringify(compilerConfig()));
  write('vitest.config.mjs', vitestConfig());
  expect(files.map(({ path }) => path)).toContain(CONTRACT);
  expect(run('typescript/bin/tsc', '-p', join(FOLDER, 'tsconfig.json'))).toBe('');
  const result = join(FOLDER, 'result.json');
  const config = join(FOLDER, 'vitest.config.mjs');
  run('vitest/vitest.mjs', 'run', '--config', config, '--reporter=json', `--outputFile=${result}`);
  expect(JSON.parse(readFileSync(result, 'utf8'))).toMatchObject({ numPassedTests: 2, numFailedTests: 0 });
});

function write(path: string, text: string): void {
  const file = join(FOLDER, path);
  mkdirSync(dirname(file), { recursive: true });
  // Of our contracts the page has one file only; all else is what is built.
  const here =
    path === CONTRACT ? text.replaceAll(/'\.\.\/kernel\/(\w+)\.ts'/g, "'@tidegate/contracts/kernel/$1'") : text;
  writeFileSync(file, here);
}

function run(bin: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', bin), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'test' },
  });
  if (status !== 0) throw new Error(`${bin} failed:\n${stdout}\n${stderr}`);
  return stdout;
}

function compilerConfig() {
  const libs = ['contracts', 'database', 'messaging', 'runtime', 'testing', 'telemetry', 'vault'];
  return {
    extends: join(ROOT, 'tsconfig.tests.json'),
    compilerOptions: { paths: { '@tidegate/contracts/monitor-agent/bookmarks': [join(FOLDER, CONTRACT)] } },
    include: ['libs', 'services'],
    references: libs.map((name) => ({ path: join(ROOT, 'libs', name) })),
  };
}

/** The run's own PostgreSQL is named by the environment. */
function vitestConfig(): string {
  const text = JSON.stringify;
  return `
import ours from ${text(join(ROOT, 'vitest.config.mjs'))};

const contract = { find: '@tidegate/contracts/monitor-agent/bookmarks', replacement: ${text(join(FOLDER, CONTRACT))} };
export default {
  ...ours,
  root: ${text(ROOT)},
  resolve: { alias: [contract, ...ours.resolve.alias] },
  test: { ...ours.test, include: ['dist/add-a-capability/**/*.test.ts'], exclude: [], globalSetup: [], maxWorkers: 1 },
};
`;
}
