/*
 * The TypeScript of the repository as the checks read it: every file once, with its syntax tree by swc, which parses
 * decorators and types, and costs about a millisecond a file.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from '@swc/core';

export const FOLDERS = ['libs', 'services', 'cli', 'bench', 'e2e', 'console', 'deploy'];
const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'fixtures']);

export function readSources(root) {
  return FOLDERS.flatMap((folder) => filesOf(join(root, folder))).map((path) => readSource(root, path));
}

function filesOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : /\.(m?ts|tsx)$/.test(path) ? [path] : [];
  });
}

function readSource(root, absolute) {
  const path = relative(root, absolute);
  const text = readFileSync(absolute, 'utf8');
  let tree;
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    package: packageOf(path),
    isTest: /\.test\.m?ts$/.test(path),
    /** Code that only tests and benchmarks run. */
    isForTests: /\.test\.m?ts$|^(bench|e2e|libs\/testing)\/|\/test\//.test(path),
    get tree() {
      tree ??= parseSync(text, { syntax: 'typescript', decorators: true, tsx: path.endsWith('x'), target: 'es2024' });
      return tree;
    },
  };
}

/** libs/x and services/x are a package each, every other folder at the top is one. */
export function packageOf(path) {
  const [top, name] = path.split('/');
  return top === 'libs' || top === 'services' ? `${top}/${name}` : top;
}

/** Calls `visit` with each node of a tree and the nodes around it, the nearest last. */
export function walk(tree, visit) {
  const parents = [];
  const go = (value) => {
    if (Array.isArray(value)) for (const one of value) go(one);
    else if (value !== null && typeof value === 'object') {
      const isNode = typeof value.type === 'string';
      if (isNode) {
        visit(value, parents);
        parents.push(value);
      }
      for (const key in value) if (key !== 'span') go(value[key]);
      if (isNode) parents.pop();
    }
  };
  go(tree.body);
}

/** The line of a node. swc counts bytes from 1. */
export function lineOf(source, node) {
  const before = Buffer.from(source.text)
    .subarray(0, node.span.start - 1)
    .toString();
  return before.split('\n').length;
}

/** What is imported under which local name: `{ local, imported, from }`. */
export function importsOf(tree) {
  return tree.body
    .filter((item) => item.type === 'ImportDeclaration')
    .flatMap((item) =>
      item.specifiers.map((one) => ({
        local: one.local.value,
        imported: one.imported?.value ?? one.local.value,
        from: item.source.value,
      })),
    );
}
