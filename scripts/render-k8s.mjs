/*
 * `node scripts/render-k8s.mjs [--check]`: what the overlays of deploy/k8s come to, kept in deploy/k8s/rendered, so that a
 * change of them is seen whole and machines without kubectl can check and apply it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRun } from './is-run.mjs';
import { ROOT } from './setup.mjs';

export const OVERLAYS = ['small', 'ha'];
const PROGRAMS = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
];
export const renderedFile = (overlay) => join(ROOT, 'deploy/k8s/rendered', `${overlay}.yaml`);

/** The text, or undefined where neither program is. */
export function render(overlay) {
  for (const [program, ...words] of PROGRAMS) {
    const { status, stdout, stderr, error } = spawnSync(program, [...words, `deploy/k8s/overlays/${overlay}`], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (error?.code === 'ENOENT') continue;
    if (status !== 0) throw new Error(`${program} did not render ${overlay}: ${stderr}`);
    return `# Rendered by scripts/render-k8s.mjs from deploy/k8s/overlays/${overlay}: do not change it here.\n${stdout}`;
  }
  return undefined;
}

if (isRun(import.meta.url)) {
  for (const overlay of OVERLAYS) {
    const text = render(overlay);
    if (text === undefined) {
      process.stderr.write('There is neither kubectl nor kustomize.\n');
      process.exit(1);
    }
    const file = renderedFile(overlay);
    if (!process.argv.includes('--check')) {
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, text);
    } else if (readFileSync(file, 'utf8') !== text) {
      process.stderr.write(`${file} is not what the overlay comes to. Run: node scripts/render-k8s.mjs\n`);
      process.exit(1);
    }
  }
}
