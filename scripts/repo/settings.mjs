/* Every environment variable that is read is a setting of docs/configuration.md, which is made from the code. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, walk } from './sources.mjs';

/** What processes of ours tell each other, and what belongs to the system. */
const NOT_SETTINGS = new Set([
  'TIDEGATE_EMBEDDED',
  'TIDEGATE_MAKES_BACKUPS',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'PATH',
  'HOME',
  'PG_VERSION',
]);
const NAME = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

export function checkSettings(root, sources) {
  const file = join(root, 'docs/configuration.md');
  if (!existsSync(file)) return [];
  const documented = new Set(readFileSync(file, 'utf8').match(/\b[A-Z][A-Z0-9_]+\b/g));
  return sources
    .filter(({ isForTests }) => !isForTests)
    .flatMap((source) => {
      const faults = [];
      walk(source.tree, (node) => {
        const name = readVariable(node, source);
        if (name && NAME.test(name) && !documented.has(name) && !NOT_SETTINGS.has(name))
          faults.push({
            rule: 'documented-settings',
            path: source.path,
            line: lineOf(source, node),
            message: `reads ${name}, which is no setting of docs/configuration.md`,
          });
      });
      return faults;
    });
}

/** `process.env.NAME`, `env['NAME']`; where settings are read, every text that looks like one. */
function readVariable(node, { path }) {
  if (node.type === 'StringLiteral' && /^libs\/runtime\/src\/settings/.test(path))
    return node.value.includes('_') ? node.value : undefined;
  if (node.type !== 'MemberExpression') return undefined;
  const { object, property } = node;
  const isEnv = object.value === 'env' || object.property?.value === 'env';
  if (!isEnv) return undefined;
  return property.type === 'Computed' ? property.expression.value : property.value;
}
