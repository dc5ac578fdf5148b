/*
 * SQL stands in rows and queries files only: `<noun>.rows.ts` for our own tables, `<noun>.queries.ts` for what watched
 * servers are asked. It checks the string and template literals of the syntax tree, concatenated and joined ones
 * included. SQL that we send is in lower case. In capitals and with a semicolon it is SQL for people to run, which may
 * appear anywhere but in a call of `query`.
 */

const NAME = String.raw`[\w."{}]+`;
const STATEMENT = [
  String.raw`select\s+(?!.*[.!?]$)`,
  String.raw`insert\s+into\s`,
  String.raw`update\s+${NAME}\s+(as\s+\w+\s+|\w+\s+)?set\s`,
  String.raw`delete\s+from\s`,
  String.raw`merge\s+into\s`,
  String.raw`with\s+(recursive\s+)?[\w"]+\s*(\([^)]*\)\s*)?as\s+((not\s+)?materialized\s*)?\(`,
  String.raw`(create|alter|drop)\s+(or\s+replace\s+|unlogged\s+|temp\s+|unique\s+)*(table|index|schema|role|function|view|policy|database|extension|trigger|type)\s`,
  String.raw`(truncate|lock)\s+table\s`,
  String.raw`set\s+(local|session)\s`,
  String.raw`(grant|revoke)\s+${NAME}\s+(on|to|from)\s`,
].join('|');
const CLAUSE = [
  String.raw`left\s+join\s+\w`,
  String.raw`on\s+conflict\s*(\(|do\s)`,
  String.raw`order\s+by\s+\w`,
  String.raw`group\s+by\s+\w`,
  String.raw`where\s+${NAME}\s*(=|<|>|is\s+(not\s+)?null|in\s*\()`,
  String.raw`limit\s+\$\d`,
  String.raw`returning\s+\*`,
  String.raw`(and|or|=|<|>)\s+any\s*\(`,
  String.raw`(where|and|or|set|on)\s+${NAME}\s*[=<>]+\s*\$\d`,
  String.raw`\(\s*select\s`,
].join('|');
const SENT = new RegExp(String.raw`^(\s|--[^\n]*\n)*(${STATEMENT})|(^|\s)(${CLAUSE})`);
const ANY = new RegExp(SENT.source, 'i');
/** As PostgreSQL's documentation writes it. */
const COMMAND = /^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE)\s/;
const SENDERS = new Set(['query', 'one', 'execute', 'raw']);

export const sqlRules = [
  {
    name: 'sql-in-rows',
    // libs/database is how SQL is run; the command `tidegate` sets servers up, which are no tables of a service.
    concerns: ({ path, isForTests }) =>
      !isForTests && !/\.(rows|queries)\.ts$/.test(path) && !/^(libs\/database|cli)\//.test(path),
    visit: (node, parents, { path }) => {
      const text = isAdded(parents.at(-1)) ? undefined : textOf(node);
      if (text === undefined || !(SENT.test(text) || (ANY.test(text) && !isShown(text, path, parents))))
        return undefined;
      return `SQL outside rows: ${text.trim().replaceAll(/\s+/g, ' ').slice(0, 60)}`;
    },
  },
];

const isAdded = (node) => node?.type === 'BinaryExpression' && node.operator === '+';

/** Stands for an interpolated value. */
const HOLE = '{}';

/** The text of a literal, or of concatenated literals. */
function textOf(node) {
  if (isAdded(node)) return `${textOf(node.left) ?? HOLE}${textOf(node.right) ?? HOLE}`;
  if (isJoined(node)) return node.callee.object.elements.map((one) => textOf(one?.expression) ?? HOLE).join(' ');
  if (node?.type === 'StringLiteral') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis?.map(({ cooked, raw }) => cooked ?? raw).join(HOLE);
  return undefined;
}

/** `['select', columns, 'from bots'].join(' ')` */
const isJoined = (node) =>
  node?.type === 'CallExpression' &&
  node.callee.type === 'MemberExpression' &&
  node.callee.property.value === 'join' &&
  node.callee.object.type === 'ArrayExpression';

/** A command for people, or an example of the documents. A clause in capitals within a sentence is shown as well. */
const isShown = (text, path, parents) =>
  !isSent(parents) && (!COMMAND.test(text) || /;\s*$/.test(text) || path.endsWith('documents/examples.ts'));

function isSent(parents) {
  const call = parents.findLast(({ type }) => type === 'CallExpression');
  return call?.callee.type === 'MemberExpression' && SENDERS.has(call.callee.property.value);
}
