import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

/* .github/workflows as far as can be known without GitHub: nothing of it ran there. */

interface Step {
  run?: string;
  uses?: string;
}
interface Workflow {
  name: string;
  permissions: Record<string, string>;
  jobs: Record<string, { 'timeout-minutes': number; steps: Step[] }>;
}

const FOLDER = '.github/workflows';
const files = readdirSync(FOLDER);
const read = (file: string) => parse(readFileSync(join(FOLDER, file), 'utf8')) as Workflow;
const hasActionlint = spawnSync('actionlint', ['--version']).status === 0;

/** It is made for bundlers: Node imports JSON only where the import says so. */
const PARSE = `
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.json')) return next(url, context);
    const source = 'export default ' + readFileSync(fileURLToPath(url), 'utf8');
    return { format: 'module', source, shortCircuit: true };
  },
});
const { NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
for (const name of process.argv.slice(2)) {
  const { context } = parseWorkflow({ name, content: readFileSync(name, 'utf8') }, new NoOperationTraceWriter());
  for (const error of context.errors.getErrors()) console.log(name, error.message);
}
`;

/** What GitHub's own parser says. */
function errorsOf(paths: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-workflows-'));
  writeFileSync(join(folder, 'parse.mjs'), PARSE);
  symlinkSync(join(process.cwd(), 'deploy/tests/node_modules'), join(folder, 'node_modules'));
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'parse.mjs'), ...paths], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return stdout + stderr;
}

test('GitHub’s own parser takes every workflow, and refuses what is none', () => {
  expect(errorsOf(files.map((file) => join(FOLDER, file)))).toBe('');
  const wrong = join(mkdtempSync(join(tmpdir(), 'tidegate-workflow-')), 'wrong.yml');
  writeFileSync(wrong, 'on: push\njobs:\n  a:\n    runs-on: x\n    stepz: []\n');
  expect(errorsOf([wrong])).toMatch(/stepz/);
});

test.runIf(hasActionlint)('actionlint finds nothing', () => {
  const { status, stdout } = spawnSync('actionlint', ['-no-color'], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

test.each(files)(
  '%s may only read unless a job says more, ends in time, and runs what is in the repository',
  (file) => {
    const { permissions, jobs } = read(file);
    expect(permissions).toEqual({ contents: 'read' });
    const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeLessThanOrEqual(90);
      for (const { run, uses } of job.steps) {
        if (uses) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v?\d/);
        if (!run) continue;
        // One command: what a workflow does beyond that is in a script, which is tested. No value from outside is in it.
        expect(run.split('\n').filter(Boolean)).toHaveLength(1);
        expect(run).not.toContain('${{');
        const [program = '', first = '', second = ''] = run.split(' ');
        if (program.includes('/')) accessSync(program, constants.X_OK);
        else if (program === 'node') accessSync(first);
        else if (program === 'npm' && first === 'run') expect(scripts).toHaveProperty([second]);
        else expect(['npm', 'gh']).toContain(program);
      }
    }
  },
);

test('the matrix has every version that the documents promise', () => {
  const { jobs } = read('matrix.yml') as unknown as {
    jobs: { test: { strategy: { matrix: { postgres: string[]; nats: string[] } } } };
  };
  const { postgres, nats } = jobs.test.strategy.matrix;
  expect(postgres).toEqual(['13', '14', '15', '16', '17', '18']);
  const compose = readFileSync('deploy/compose/compose.yaml', 'utf8');
  expect(nats.at(-1)).toBe(/nats:(\d+\.\d+)/.exec(compose)?.[1]);
  expect(nats[0]).toBe('2.9');
});

test('Renovate looks after what is pinned, and at nothing that is generated', () => {
  const renovate = JSON.parse(readFileSync('renovate.json', 'utf8')) as { ignorePaths: string[]; extends: string[] };
  expect(renovate.ignorePaths).toContain('deploy/k8s/rendered/**');
  expect(renovate.extends).toContain('helpers:pinGitHubActionDigests');
  expect(readFileSync('deploy/Dockerfile', 'utf8')).toMatch(
    /^ARG BASE=docker\.io\/library\/debian:[\w-]+@sha256:\w{64}$/m,
  );
});
