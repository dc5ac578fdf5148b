/*
 * Who may import whom, by dependency-cruiser. TypeScript 7 has no interface for programs, so swc is its parser; what
 * swc does not report as an import (`typeof import('…')`, computed ones, files named by a URL) is refused in
 * `import-syntax.mjs`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { checkLayersComplete, checkLayersThere, circlesOfFolders, layerRules, readLayers } from './layers.mjs';
import { FOLDERS } from './sources.mjs';

const TESTS = String.raw`\.test\.m?ts$`;
const RULES_FILE = String.raw`\.rules\.ts$`;
const PURE = [RULES_FILE, '^libs/contracts/src/', '(^|/)node_modules/', '^(crypto|buffer|net|url|util|zlib)$'];
const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/`;

const RULES = [
  {
    name: 'services-apart',
    comment: 'a service never imports another one',
    from: { path: '^services/([^/]+)/' },
    to: { path: '^services/', pathNot: '^services/$1/' },
  },
  {
    name: 'libs-below',
    comment: 'a lib imports no service and nothing that is made of services',
    from: { path: '^libs/' },
    to: { path: '^(services|cli|bench|e2e)/' },
  },
  {
    name: 'console-apart',
    comment: 'the console runs in browsers: it imports contracts and the client only',
    from: { path: '^console/', pathNot: TESTS },
    to: { path: '^(libs/(?!contracts|client)|services|cli|bench|e2e)/' },
  },
  {
    name: 'packages-by-name',
    comment: 'another package is imported by its name',
    from: { path: '^((?:libs|services)/[^/]+|[^/]+)/' },
    // What must also run before anything is built is no package; neither is what is only generated from.
    to: { dependencyTypes: ['local'], dependencyTypesNot: ['aliased'], pathNot: ['^$1/', '^scripts/', '^deploy/'] },
  },
  {
    name: 'contracts-pure',
    comment: 'contracts import zod and contracts only',
    from: { path: '^libs/contracts/src/', pathNot: TESTS },
    to: { pathNot: ['^libs/contracts/src/', packages('zod')] },
  },
  {
    name: 'rules-pure',
    comment: 'rules run on contracts, rules and pure libraries only',
    from: { path: RULES_FILE },
    to: { pathNot: PURE, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'rules-without-rows',
    comment: 'rules know no rows and no queries, not even their types',
    from: { path: RULES_FILE },
    to: { path: String.raw`\.(rows|queries)\.ts$` },
  },
  {
    name: 'rules-without-frameworks',
    comment: 'rules know no framework, database or bus',
    from: { path: RULES_FILE },
    to: { path: packages('@nestjs', 'pg', 'typeorm', '@nats-io', 'fastify', 'nodemailer', 'rxjs') },
  },
  {
    name: 'one-database',
    comment: 'data sources and TypeORM belong to libs/database',
    from: { path: '^services/[^/]+/src/[^/]+/', pathNot: TESTS },
    to: { path: ['^libs/database/src/data-source', packages('typeorm')] },
  },
  {
    name: 'one-bus',
    comment: 'a capability talks to the bus through libs/messaging',
    from: { path: '^services/[^/]+/src/[^/]+/', pathNot: TESTS },
    to: { path: ['^libs/messaging/src/nats\\.ts$', packages('@nats-io')] },
  },
  {
    name: 'loaded-when-needed',
    comment: 'what few processes use is loaded by `await import()`, or every start pays for it',
    from: { path: '^(libs|services|cli)/', pathNot: TESTS },
    to: {
      path: packages('nodemailer', 'ioredis', '@opentelemetry/(resources|sdk-[^/]+|exporter-[^/]+)'),
      dependencyTypesNot: ['dynamic-import', 'type-only'],
    },
  },
  {
    name: 'no-circle-of-files',
    comment: 'files that load each other',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
  },
  {
    name: 'found',
    comment: 'an import leads somewhere',
    from: { path: '^(libs|services|cli|bench|e2e|console)/[^/]+/?.*\\.(m?ts|tsx)$' },
    to: { couldNotResolve: true },
  },
].map((one) => ({ severity: 'error', ...one }));

/** Every module of the repository with what it imports. */
export async function readModules(root, rules = []) {
  const { output } = await cruise(
    [...FOLDERS, 'main.ts'].filter((path) => existsSync(join(root, path))),
    {
      baseDir: root,
      parser: 'swc',
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '^(libs/[^/]+|services/[^/]+|cli|bench|console)/dist/' },
      validate: true,
      ruleSet: { forbidden: rules },
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
    },
    { alias: aliases(root), extensions: ['.ts', '.tsx', '.mts', '.mjs', '.js', '.json'] },
  );
  return output;
}

/** Our packages lead to their sources, whether or not anything is built. */
function aliases(root) {
  const groups = ['libs', 'services'].filter((group) => existsSync(join(root, group)));
  const folders = groups.flatMap((group) =>
    readdirSync(join(root, group)).map((name) => [name, join(root, group, name, 'src')]),
  );
  return Object.fromEntries(
    [['client$', join(root, 'libs/client/src/index.ts')], ...folders].map(([name, path]) => [
      `@tidegate/${name}`,
      path,
    ]),
  );
}

export async function checkImports(root) {
  const services = readLayers(root);
  const { modules, summary } = await readModules(root, [...RULES, ...layerRules(services)]);
  const comments = new Map([
    ...RULES.map(({ name, comment }) => [name, comment]),
    ['layers', 'imports of a service go down only, by its layers.json'],
  ]);
  const inside = modules.filter(({ source }) => !/(^|\/)node_modules\//.test(source));
  return {
    modules: inside,
    // The commands and benchmarks stand beside the folders that they start and use.
    circles: circlesOfFolders(inside.filter(({ source }) => /^(libs|services|console)\//.test(source))),
    faults: [
      ...summary.violations.map(({ rule: { name }, from, to }) => ({
        rule: name,
        path: from,
        message: `imports ${to}: ${comments.get(name)}`,
      })),
      ...checkLayersThere(root),
      ...checkLayersComplete(services, inside),
    ],
  };
}
