/*
 * What documents name exists: paths (whole, or their end as in `servers/server.rows.ts`), modules of our packages, and
 * in those about the code also identifiers. It checks text in backticks, and imports in code blocks. No heading and no
 * rule appears twice, as may happen in a merge.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { walk } from './sources.mjs';

/** Identifiers are checked in documents that explain the code. */
const ABOUT_CODE = /docs\/(conventions|architecture)\.md$/;
/** Names that are not ours. */
const FOREIGN = new Set(['Promise', 'Date', 'Map', 'Set', 'TODO', 'APP_GUARD']);
const PATH = /^[\w@.{},*<>-]+(\/[\w@.{},*<>-]+)+$/;
const FILE = /\.(ts|mjs|sql|ya?ml|json|md)$/;

export function checkDocuments(root, sources) {
  const docs = join(root, 'docs');
  if (!existsSync(docs)) return [];
  const files = everything(root);
  const names = new Set();
  for (const { tree } of sources) walk(tree, (node) => node.type === 'Identifier' && names.add(node.value));
  return ['README.md', 'CONTRIBUTING.md', ...readdirSync(docs).map((name) => `docs/${name}`)]
    .filter((path) => path.endsWith('.md') && existsSync(join(root, path)))
    .flatMap((path) => checkDocument(path, readFileSync(join(root, path), 'utf8'), files, names));
}

function checkDocument(path, text, files, names) {
  // The page that adds a capability names files that are not there yet; a test writes them out.
  if (path === 'docs/add-a-capability.md') return [];
  const fault = (line, message) => ({ rule: 'documents', path, line, message });
  let inBlock = false;
  const seen = new Set();
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('```')) inBlock = !inBlock;
    const imports = [...line.matchAll(/['`](@tidegate\/[\w-]+\/[\w./-]+)['`]/g)].map(([, name]) => name);
    const wrongImports = imports.filter((name) => !files.has(moduleFile(name)) && !name.includes('…'));
    const spans = inBlock ? [] : [...line.matchAll(/`([^`]+)`/g)].map(([, span]) => span);
    const wrongPaths = spans.filter((span) => FILE.test(span) && PATH.test(span) && !pathExists(span, files));
    const wrongNames = ABOUT_CODE.test(path)
      ? spans.flatMap(identifiers).filter((name) => !names.has(name) && !FOREIGN.has(name))
      : [];
    const [lead] = inBlock ? [] : (/^#+ .*|^- \*\*.*?\*\*/.exec(line) ?? []);
    const twice = lead !== undefined && seen.has(lead);
    seen.add(lead);
    return [
      ...(twice ? [fault(index + 1, `stands twice: ${lead}`)] : []),
      ...wrongImports.map((name) => fault(index + 1, `${name} is no module`)),
      ...wrongPaths.map((name) => fault(index + 1, `${name} is no file`)),
      ...wrongNames.map((name) => fault(index + 1, `${name} is no name in the code`)),
    ];
  });
}

function moduleFile(name) {
  const [, pkg, ...rest] = name.split('/');
  return `${pkg}/src/${rest.join('/')}.ts`;
}

function pathExists(path, files) {
  if (/[<*]|^\.data|DATA_DIR/.test(path)) return true;
  const [, before = '', list, after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
  if (list) return list.split(',').every((one) => files.has(`${before}${one}${after}`));
  return files.has(path.replace(/^\.\//, ''));
}

/** `TenantDatabase`, `tx.as({…})`, `@Loop({ name })`: what is written as a name of the code, not as a field or a value. */
function identifiers(span) {
  if (/[/\s=]/.test(span.replace(/\(.*\)$/s, ''))) return [];
  const called = [...span.matchAll(/([A-Za-z_]\w*)\(/g)].map(([, name]) => name);
  const types = /^@?[A-Z]\w+$/.test(span) ? [span.replace('@', '')] : [];
  const camel = /^[a-z]+[A-Z]\w*$/.test(span) ? [span] : [];
  return [...called, ...types, ...camel];
}

/** Every file of the repository by each end of its path. */
function everything(root) {
  const ends = new Set();
  const go = (folder, parts) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (/^(node_modules|dist|fixtures|\.git|\.data|\.nx)$/.test(entry.name)) continue;
      const path = [...parts, entry.name];
      if (entry.isDirectory()) go(join(folder, entry.name), path);
      else for (let from = 0; from < path.length; from += 1) ends.add(path.slice(from).join('/'));
    }
  };
  go('.', []);
  return ends;
}
