/*
 * `npm run affected [BASE]`: checks and tests what the changes since BASE (main) can reach, also those that are not
 * committed. Nx knows by what packages list and by the inputs in nx.json; the
 * compiler and the tests go over all reached packages in one run each, which is cheaper than one for each package.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { REPO_CHECKS } from './repo-checks.mjs';
import { prepare, ROOT } from './setup.mjs';

const base = process.argv[2] ?? 'main';
const node = prepare({ tests: true });
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };

function run(args, stdio = ['ignore', 2, 2]) {
  const { status, stdout } = spawnSync(node, args, { cwd: ROOT, env, encoding: 'utf8', stdio });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}
const nx = (...args) => [join(ROOT, 'node_modules/.bin/nx'), ...args];

const read = (...args) => JSON.parse(run(nx(...args), ['ignore', 'pipe', 2]));
const names = read('show', 'projects', '--json', '--affected', `--base=${base}`);
if (names.length === 0) {
  process.stderr.write(`Nothing that is tested differs from ${base}.\n`);
  process.exit(0);
}
const { nodes } = read('graph', '--print').graph;
process.stderr.write(`${names.length} of ${Object.keys(nodes).length} projects: ${names.sort().join(', ')}\n`);
const folders = names.map((name) => nodes[name].data.root);
run(nx('run-many', '-t', 'lint', '-p', names.join(',')));
// Scripts are JavaScript.
const typed = folders.filter((folder) => folder !== 'scripts');
if (typed.length > 0) run(['scripts/types.mjs', ...typed]);
for (const [, args] of REPO_CHECKS) run(args);
// With a slash at the end, or `cli` would be `libs/client` as well.
run(['scripts/test.mjs', ...folders.map((folder) => `${folder}/`)]);
