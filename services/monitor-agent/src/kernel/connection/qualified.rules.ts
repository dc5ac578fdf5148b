/*
 * Names in our queries mean what PostgreSQL means by them, whatever the `search_path` of a session is: everybody who
 * owns a database may put functions, operators, types and tables of their own before those of the catalogue, and what
 * they do would be done with our role's rights.
 *
 * So that queries stay readable they are written as usual, and nothing is sent that did not go through here. It knows
 * the SQL that we write, not all of SQL: column aliases follow `as`, types follow `::`, and what looks up an operator
 * without naming it (`in`, `like`, `between`, `nullif` …) is refused. All operators that are named this way bind equally
 * strongly, so some queries need parentheses, and lists side by side are `rows from (unnest(…), unnest(…))`. A test
 * parses all queries, before and after, with PostgreSQL's parser.
 */
const TOKEN = /\s+|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\d+|\d+(?:\.\d+)?|[a-z_][\w$]*|::|[-+*/<>=~!@#%^&|`?]+|[\s\S]/giy;
const WORD = /^[a-z_]/i;
const OPERATOR = /^[-+*/<>=~!@#%^&|`?]+$/;

/** Words before a parenthesis that are no functions of the catalogue but grammar. */
const GRAMMAR = new Set(
  `all and any array as by case coalesce distinct else end except exists extract filter from greatest having interval join
   lateral least limit materialized not offset on operator or over row select then union values when where with`.split(
    /\s+/,
  ),
);
const REFUSED = new Set(['between', 'ilike', 'in', 'like', 'natural', 'nullif', 'overlaps', 'similar', 'using']);
/** A `*` after one of these stands for all columns or rows. */
const BEFORE_STAR = new Set(['(', ',', '.', 'select']);
const ALIASES: ReadonlyMap<string, string> = new Map([['int', 'int4']]);

const known = (name: string) => `pg_catalog.${name}`;

/** The same queries are sent to all servers; the few that name an extension's schema must not fill the memory. */
const MAX_KNOWN = 500;
const done = new Map<string, string>();

export function qualified(sql: string): string {
  const before = done.get(sql);
  if (before !== undefined) return before;
  const sent = named(sql);
  if (done.size >= MAX_KNOWN) done.clear();
  done.set(sql, sent);
  return sent;
}

function named(sql: string): string {
  const tokens = sql.match(TOKEN) ?? [];
  let text = '';
  let before = '';
  for (const [index, token] of tokens.entries()) {
    if (token.trim() === '') {
      text += token;
      continue;
    }
    text += nameOf(token, before, next(tokens, index));
    before = token.toLowerCase();
  }
  return text;
}

function nameOf(token: string, before: string, after: string): string {
  if (OPERATOR.test(token)) return token === '*' && BEFORE_STAR.has(before) ? token : `operator(${known(token)})`;
  if (!WORD.test(token) || before === '.') return token;
  if (before === '::') return after === '.' ? token : known(ALIASES.get(token) ?? token);
  const word = token.toLowerCase();
  if (REFUSED.has(word) || (word === 'distinct' && before !== 'select')) {
    throw new Error(`A query says ${word}, which leaves open whose operator is meant.`);
  }
  if (after === '(') return GRAMMAR.has(word) || before === 'as' ? token : known(token);
  const isRelation = (before === 'from' || before === 'join') && word.startsWith('pg_') && after !== '.';
  return isRelation ? known(token) : token;
}

/** White space is one token. */
function next(tokens: readonly string[], index: number): string {
  const after = tokens[index + 1] ?? '';
  return after.trim() === '' ? (tokens[index + 2] ?? '') : after;
}
