/*
 * Imports that the parser of dependency-cruiser does not report as such are refused where they could cross a boundary:
 * by a name that is computed, as a type (`typeof import('…')`), and files that a URL names.
 */

const isOwnFolder = (specifier) => specifier.startsWith('./');

export const importSyntaxRules = [
  {
    name: 'imports-in-sight',
    concerns: () => true,
    visit: (node) => {
      if (node.type === 'CallExpression' && isImport(node.callee)) {
        const name = literal(node.arguments[0].expression);
        return name === undefined ? 'imports a name that is computed; write it out' : undefined;
      }
      if (node.type === 'TsImportType' && !isOwnFolder(node.argument.value))
        return `import('${node.argument.value}') as a type; use import type`;
      if (node.type === 'NewExpression' && node.callee.value === 'URL') return badUrl(node.arguments ?? []);
      return undefined;
    },
  },
];

const isImport = (callee) => callee.type === 'Import' || callee.value === 'require';

function literal(node) {
  if (node.type === 'StringLiteral') return node.value;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].cooked;
  return undefined;
}

function badUrl([what]) {
  const name = what?.expression && literal(what.expression);
  return name && /^\.\.?\/.*\.m?[jt]s$/.test(name) && !isOwnFolder(name)
    ? `runs ${name} by its URL; only a file of the same folder may be`
    : undefined;
}
