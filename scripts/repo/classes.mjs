/* How many things a class depends on. */

const MOST = 5;
const INJECTED = new Set(['Injectable', 'Controller', 'Catch']);
/** These gather what a request meets, or what a session with a watched server needs, and only pass it on. */
const GATHERERS = new Set([
  'services/gateway/src/http/edge-parts.ts',
  'services/gateway/src/access/access.ts',
  'services/monitor-agent/src/collector/collector-tools.ts',
]);

export const classRules = [
  {
    name: 'few-dependencies',
    concerns: ({ path, isForTests }) => !isForTests && !GATHERERS.has(path),
    visit: (node, parents) => {
      if (node.type !== 'Constructor') return undefined;
      const owner = parents.findLast(({ type }) => type === 'ClassDeclaration' || type === 'ClassExpression');
      if (!owner.decorators?.some((one) => INJECTED.has(nameOf(one.expression)))) return undefined;
      const count = node.params.length;
      return count > MOST ? `${count} constructor dependencies, at most ${MOST}` : undefined;
    },
  },
];

const nameOf = (expression) => (expression.type === 'CallExpression' ? expression.callee.value : expression.value);
