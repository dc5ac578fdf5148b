/* What is never committed: an error that disappears, a test that does not run. */

const TESTS = new Set(['test', 'describe', 'it']);

export const habitRules = [
  {
    name: 'empty-catch',
    concerns: () => true,
    visit: (node, _parents, source) =>
      node.type === 'CatchClause' && node.body.stmts.length === 0 && !hasComment(source, node.body)
        ? 'an error disappears in an empty catch'
        : undefined,
  },
  {
    name: 'every-test-runs',
    concerns: ({ isTest }) => isTest,
    // `can ? test : test.skip` says what it needs.
    visit: (node, parents) =>
      node.type === 'MemberExpression' &&
      TESTS.has(node.object.value) &&
      /^(only|skip|todo|fails)$/.test(node.property.value ?? '') &&
      (node.property.value !== 'skip' || parents.at(-1).type !== 'ConditionalExpression')
        ? `${node.object.value}.${node.property.value}`
        : undefined,
  },
  {
    name: 'no-todo',
    concerns: ({ text }) => /\b(TODO|FIXME|XXX)\b/.test(text),
    visit: (node, _parents, { text, tree }) =>
      node === tree.body[0] ? `a ${/\b(TODO|FIXME|XXX)\b/.exec(text)[0]}` : undefined,
  },
];

/** A catch may say why nothing is to be done. */
const hasComment = ({ text }, { span }) =>
  /\/[/*]/.test(
    Buffer.from(text)
      .subarray(span.start, span.end - 1)
      .toString(),
  );
