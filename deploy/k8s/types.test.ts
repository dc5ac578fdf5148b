import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OVERLAYS } from '../../scripts/render-k8s.mjs';
import { type Manifest, Manifests } from './manifests.ts';

/*
 * Every object against the types of its kind: the compiler refuses a name that does not exist and a value of another type,
 * the schema what is missing. No cluster and no kubectl is needed; what a real API server would say besides was not tried.
 */
/** Packages of types, by the group of the kind. Those of Kubernetes itself have the same folders as their groups. */
const PACKAGES: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda/keda.sh',
  'cert-manager.io': '@kubernetes-models/cert-manager/cert-manager.io',
  'postgresql.cnpg.io': '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/monitoring.coreos.com',
  'external-secrets.io': '@kubernetes-models/external-secrets/external-secrets.io',
};
/** Of this kind there is no package: only looked at by people. */
const UNTYPED = ['ObjectStore'];

function moduleOf({ apiVersion }: Manifest): string {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return [PACKAGES[group] ?? `kubernetes-models${group ? `/${group}` : ''}`, version].join('/');
}

/** A folder with the objects, from where the packages of deploy/tests are found; what `run` makes of it. */
function beside<T>(files: Record<string, string>, run: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-k8s-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  symlinkSync(join(process.cwd(), 'deploy/tests/node_modules'), join(folder, 'node_modules'));
  try {
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the compiler says. */
function compile(objects: Manifest[]): string {
  const lines = objects.flatMap((one, index) => [
    `import type { I${one.kind} as Kind${index} } from '${moduleOf(one)}';`,
    `export const ${one.kind}_${one.metadata.name.replaceAll(/\W/g, '_')}_${index}: Kind${index} = ${JSON.stringify(one, null, 1)};`,
  ]);
  const tsc = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
  return beside({ 'objects.ts': lines.join('\n'), 'package.json': '{"type":"module"}' }, (cwd) =>
    said(spawnSync(process.execPath, [tsc, ...options, 'objects.ts'], { cwd, encoding: 'utf8' })),
  );
}

/** What the schemas say. */
function validate(objects: Manifest[]): string {
  const lines = objects.flatMap((one, index) => [
    `import { ${one.kind} as Kind${index} } from '${moduleOf(one)}';`,
    `try { new Kind${index}(${JSON.stringify(one)}).validate() }`,
    `catch (error) { console.log(${JSON.stringify(`${one.kind} ${one.metadata.name}`)}, error.message) }`,
  ]);
  return beside({ 'objects.mjs': lines.join('\n') }, (cwd) =>
    said(spawnSync(process.execPath, ['objects.mjs'], { cwd, encoding: 'utf8' })),
  );
}

const said = ({ stdout, stderr }: { stdout: string; stderr: string }): string => stdout + stderr;
const typed = (overlay: string) => new Manifests(overlay).all.filter(({ kind }) => !UNTYPED.includes(kind));

test.each(OVERLAYS)('every object of %s has the type of its kind', (overlay) => {
  expect(typed(overlay).length).toBeGreaterThan(30);
  expect(compile(typed(overlay))).toBe('');
});

test.each(OVERLAYS)('every object of %s has what its schema demands', (overlay) => {
  expect(validate(typed(overlay))).toBe('');
});

test('a mistyped name is refused where it stands', () => {
  const deployment = new Manifests('small').find('Deployment', 'billing');
  const { replicas = 1, ...spec } = deployment.spec;
  const wrong = { ...deployment, spec: { ...spec, replicsa: replicas } } as unknown as Manifest;
  expect(compile([wrong])).toMatch(/error TS2353.*'replicsa'|replicsa.*does not exist/);
});

test('what is missing is refused by the schema', () => {
  const { spec, ...budget } = new Manifests('small').find('PodDisruptionBudget', 'billing');
  const wrong = { ...budget, spec: { ...spec, maxUnavailable: [1] } } as unknown as Manifest;
  expect(validate([wrong])).toContain('PodDisruptionBudget billing');
});
