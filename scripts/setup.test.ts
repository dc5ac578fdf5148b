import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { until } from '@tidegate/testing/until';

/* A checkout of nothing but the set-up, with an npm that only notes that it ran. */
const SCRIPTS = join(process.cwd(), 'scripts');
let folder: string;
let root: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-setup-'));
  root = join(folder, 'checkout with spaces');
  for (const path of ['scripts', 'libs', 'services', 'cli', 'bench']) mkdirSync(join(root, path), { recursive: true });
  for (const file of ['setup.mjs', 'turns.mjs']) cpSync(join(SCRIPTS, file), join(root, 'scripts', file));
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  mkdirSync(join(folder, 'bin'));
  const npm = `#!/bin/sh
echo run >> "${folder}/npm-runs"
while [ -e "${folder}/hold" ]; do sleep 0.1; done
mkdir -p node_modules/typescript/bin && : > node_modules/typescript/bin/tsc
cp package-lock.json node_modules/.package-lock.json
`;
  writeFileSync(join(folder, 'bin', 'npm'), npm);
  chmodSync(join(folder, 'bin', 'npm'), 0o755);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  said: string;
}

function setUp(): { said: () => string; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['-e', "import('./scripts/setup.mjs').then((setup) => setup.prepare())"], {
    cwd: root,
    env: { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  return { said: () => said, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, said }))) };
}

const runs = () => readFileSync(join(folder, 'npm-runs'), 'utf8').split('\n').length - 1;
const turns = () => readdirSync(root).filter((name) => name.startsWith('.setup-turn'));

test('of two set-ups at once one works, and the other says which process it waits for', async () => {
  writeFileSync(join(folder, 'hold'), '');
  const first = setUp();
  await until(() => existsSync(join(folder, 'npm-runs')), { what: 'the first one to be at work' });
  const second = setUp();
  await until(() => /Waiting for another set-up of this checkout \(process \d+: .+\)/.test(second.said()));
  rmSync(join(folder, 'hold'));
  const [one, two] = await Promise.all([first.ended, second.ended]);
  expect([one.code, two.code]).toEqual([0, 0]);
  expect(runs()).toBe(1);
  expect(turns()).toEqual([]);
});

test('files that a crash, a full disk or another process left behind block nobody', async () => {
  const left = ['.setup-turn', '.setup-turn.', '.setup-turn.1', '.setup-turn.999999.5.ab', '.setup-turn.x.y.z'];
  // Process 1 lives, but began at another time: the number was given out again.
  for (const name of [...left, '.setup-turn.1.1.recycled']) writeFileSync(join(root, name), '');
  const { code, said } = await setUp().ended;
  expect(code).toBe(0);
  expect(said).not.toContain('Waiting for another set-up');
});

test('two threads that come at the same instant never both get the turn, 150 times', async () => {
  const barrier = new Int32Array(new SharedArrayBuffer(8 * 151));
  const code = `
    const { workerData: { url, folder, barrier, rounds }, parentPort } = require('node:worker_threads');
    import(url).then(({ tryTurn }) => {
      const had = [];
      for (let round = 0; round < rounds; round += 1) {
        // Both are here; then both have tried; then both have let go.
        const meet = (at) => { if (Atomics.add(barrier, at, 1) === 1) Atomics.notify(barrier, at); else Atomics.wait(barrier, at, 1); };
        meet(round * 2);
        const { release } = tryTurn(folder, 'run');
        had.push(Boolean(release));
        meet(round * 2 + 1);
        release?.();
      }
      parentPort.postMessage(had);
    });`;
  const workerData = { url: join(SCRIPTS, 'turns.mjs'), folder: root, barrier, rounds: 150 };
  const run = () =>
    new Promise<boolean[]>((resolve, reject) => {
      new Worker(code, { eval: true, workerData }).once('message', resolve).once('error', reject);
    });
  const [one, two] = await Promise.all([run(), run()]);
  expect(one.filter((has, round) => has && two[round])).toHaveLength(0);
  // A lock that nobody ever gets would pass as well.
  expect([...one, ...two].filter(Boolean).length).toBeGreaterThan(20);
});
