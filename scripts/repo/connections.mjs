/* Connections belong to libs: services get them, and every one has a listener for its errors. */
import { importsOf } from './sources.mjs';

const inCapability = ({ path, isForTests }) => /^services\/[^/]+\/src\/[^/]+\//.test(path) && !isForTests;

export const connectionRules = [
  {
    name: 'one-pool',
    concerns: ({ path, isForTests }) => !isForTests && !path.startsWith('libs/database/'),
    visit: (node, _parents, { tree }) =>
      takesPool(node, tree) ? 'has a pool of its own; a service has the one of TenantDatabase' : undefined,
  },
  {
    name: 'one-bus',
    concerns: inCapability,
    visit: (node) =>
      importsName(node, 'NATS') ? 'takes the NATS connection; a capability uses Bus or libs/messaging' : undefined,
  },
  {
    // A broken connection notifies its listeners before its query; without one the process ends.
    name: 'client-listens',
    concerns: ({ isForTests }) => !isForTests,
    visit: (node, parents, { tree }) => {
      if (node.type !== 'NewExpression' || !isFromPg(tree, node.callee, 'Client')) return undefined;
      const owner = parents.findLast(({ type }) => type === 'FunctionBody' || type === 'BlockStatement');
      // A function that returns a client leaves the listener to another function of the file.
      const near = parents.at(-1).type === 'ReturnStatement' ? tree : (owner ?? tree);
      return listensForErrors(near) ? undefined : 'a pg.Client without a listener for its errors beside it';
    },
  },
];

function isFromPg(tree, callee, name) {
  const local = importsOf(tree).filter(({ from }) => from === 'pg');
  if (callee.type === 'Identifier') return local.some((one) => one.local === callee.value && one.imported === name);
  return (
    callee.type === 'MemberExpression' &&
    callee.property.value === name &&
    local.some((one) => one.local === callee.object.value)
  );
}

const importsName = (node, name) =>
  node.type === 'ImportDeclaration' &&
  node.specifiers.some((one) => (one.imported?.value ?? one.local.value) === name && !one.isTypeOnly);

/** `import { Pool }`, `pg.Pool` and `const { Pool } = pg`; the type `pg.Pool` is another kind of node. */
function takesPool(node, tree) {
  if (node.type === 'ImportDeclaration')
    return node.source.value === 'pg' && !node.typeOnly && importsName(node, 'Pool');
  const isPg = (value) => importsOf(tree).some(({ from, local }) => from === 'pg' && local === value);
  if (node.type === 'MemberExpression') return node.property.value === 'Pool' && isPg(node.object.value);
  return (
    node.type === 'VariableDeclarator' &&
    node.id.type === 'ObjectPattern' &&
    isPg(node.init?.value) &&
    node.id.properties.some(({ key }) => key?.value === 'Pool')
  );
}

function listensForErrors(block) {
  let found = false;
  const look = (value) => {
    if (found || value === null || typeof value !== 'object') return;
    if (Array.isArray(value)) return value.forEach(look);
    found =
      value.type === 'CallExpression' &&
      value.callee.type === 'MemberExpression' &&
      /^(on|once|addListener)$/.test(value.callee.property.value) &&
      value.arguments[0]?.expression.value === 'error';
    if (!found) Object.values(value).forEach(look);
  };
  look(block);
  return found;
}
