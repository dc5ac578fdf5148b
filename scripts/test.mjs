/*
 * `npm test`: everything that must hold, on real servers of its own. With a pattern: only the tests whose path fits.
 * The last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { REPO_CHECKS } from './repo-checks.mjs';
import { ONE_CHECKER, prepare, ROOT } from './setup.mjs';

const patterns = process.argv.slice(2);
const node = prepare({ tests: true });
const BROUGHT_NATS = join(ROOT, '.data', 'tools', 'nats-server');
const bin = (name) => join(ROOT, 'node_modules', name);

function step(name, args, command = node) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  process.stderr.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  if (status !== 0) {
    process.stdout.write('0 passed, 1 failed\n');
    process.exit(1);
  }
}

/** Files of the repository; those that a user put beside them are not checked. */
function ours() {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) return ['main.ts', 'bench', 'cli', 'console', 'deploy', 'e2e', 'libs', 'scripts', 'services'];
  const readable = stdout.split('\0').filter((path) => /\.(ts|tsx|mts|mjs|js|json|css|html)$/.test(path));
  return readable.filter((path) => existsSync(join(ROOT, path)));
}

if (patterns.length === 0) {
  step('lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', ...ours()]);
  step('types of the tests', [bin('typescript/bin/tsc'), '-p', 'tsconfig.tests.json', ...ONE_CHECKER]);
  step('types of the console', [bin('typescript/bin/tsc'), '-p', 'console', ...ONE_CHECKER]);
  for (const [name, args] of REPO_CHECKS) step(name, args);
}
step('servers', ['scripts/test-servers.mjs']);

/** Runs test files; all without a pattern. Which passed, and the files in which something failed. */
function runTests(patterns, ...more) {
  const result = join(tmpdir(), `tidegate-tests-${process.pid}.json`);
  const { status } = spawnSync(
    node,
    [
      bin('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${result}`,
      ...more,
      ...patterns,
    ],
    { cwd: ROOT, stdio: ['ignore', 2, 2], env: testEnvironment() },
  );
  const { passed, failed, files } = counts(result);
  // An error outside of any test fails the run without failing a test.
  return { passed, failed: failed || (status === 0 ? 0 : 1), files };
}

/** Without the settings of an installation that this shell may have. */
function testEnvironment() {
  const ours =
    /^(PORT|HOST|PUBLIC_URL|DATA_DIR|ROLES|HEALTH_PORT|ADMIN_PASSWORD.*|DATABASE_.*|NATS_(?!SERVER$).*|PG.*|TIDEGATE_.*)$/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
    NODE_ENV: 'test',
    // Where it was downloaded to for a user whose home is read-only.
    ...(existsSync(BROUGHT_NATS) && !process.env.NATS_SERVER ? { NATS_SERVER: BROUGHT_NATS } : {}),
    TEST_SLOWNESS: slowness().toFixed(2),
  };
}

/** How much longer a fixed piece of work takes here than on an ordinary machine: tests stretch their deadlines by it. */
function slowness() {
  const ORDINARY_MS = 110;
  const times = Array.from({ length: 3 }, () => {
    const started = performance.now();
    let text = '';
    for (let i = 0; i < 60_000; i += 1) text = createHash('sha256').update(text).digest('hex');
    return performance.now() - started;
  });
  return Math.max(1, Math.min(...times) / ORDINARY_MS);
}

/** Passed and failed tests. A file that failed before its tests ran counts as one failed test. */
function counts(result) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(result, 'utf8'));
    rmSync(result);
    const red = testResults.filter(({ status }) => status === 'failed');
    const broken = red.filter(({ assertionResults }) => !assertionResults.some((one) => one.status === 'failed'));
    return { passed: numPassedTests, failed: numFailedTests + broken.length, files: red.map(({ name }) => name) };
  } catch {
    process.stderr.write('The tests left no result.\n');
    return { passed: 0, failed: 1, files: [] };
  }
}

/*
 * What fails among thousands of tests that share two cores, and not by itself, does not fail the run: it is named at its
 * end instead, because it is a fault all the same, in the product or in its test. More than a few are no accident.
 */
const FEW = 3;
let { passed, failed, files } = runTests(patterns);
if (patterns.length === 0 && failed > 0 && failed <= FEW && files.length > 0) {
  const alone = runTests(files, '--maxWorkers=1');
  if (alone.failed === 0) {
    const names = files.map((file) => relative(ROOT, file));
    process.stderr.write(`UNSTEADY: failed among all others, passed by itself. Look into it:\n${names.join('\n')}\n`);
    passed += failed;
    failed = 0;
  }
}
const pictures = process.env.SCREENSHOTS_DIR;
if (pictures && existsSync(pictures)) process.stderr.write(`Pages as they looked: ${pictures}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
