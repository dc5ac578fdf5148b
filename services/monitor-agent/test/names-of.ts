import { parseSync } from 'libpg-query';

/*
 * What of a query PostgreSQL would look up along the search_path, found in its own parse tree. Names that the grammar
 * itself gives (`extract`, `int`) are in the catalogue already.
 */
type Node = Record<string, unknown>;

const texts = (names: unknown): string[] =>
  ((names ?? []) as { String: { sval: string } }[]).map((one) => one.String.sval);

export const parsed = (sql: string): unknown => parseSync(sql);

/** The parse tree without positions and without the catalogue's name. */
export function plain(tree: unknown): unknown {
  if (Array.isArray(tree)) {
    return tree.map(plain).filter((one) => JSON.stringify(one) !== '{"String":{"sval":"pg_catalog"}}');
  }
  if (tree === null || typeof tree !== 'object') return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .filter(
        ([name, value]) =>
          !/location$|^stmt_len$|^list_(start|end)$/.test(name) && !(name === 'schemaname' && value === 'pg_catalog'),
      )
      .map(([name, value]) => [name, plain(value)]),
  );
}

/** Names that are left to the search_path; `schemas`: others than pg_catalog that are meant. */
export function unqualified(tree: unknown, schemas: readonly string[] = []): string[] {
  const found: string[] = [];
  const common = new Set<string>();
  const isMeant = (names: string[]) => names.length === 2 && ['pg_catalog', ...schemas].includes(names[0] as string);
  const check = (what: string, names: string[]) => {
    if (!isMeant(names)) found.push(`${what} ${names.join('.')}`);
  };
  const rules: Record<string, (node: Node) => void> = {
    CommonTableExpr: (node) => common.add(node['ctename'] as string),
    FuncCall: (node) => {
      check('function', texts(node['funcname']));
      // Of several lists side by side only the grammar makes one call each, and only where the name is short.
      if (texts(node['funcname']).at(-1) === 'unnest' && (node['args'] as unknown[]).length > 1) found.push('unnest');
    },
    TypeName: (node) => check('type', texts(node['names'])),
    A_Expr: (node) => {
      if (!['AEXPR_OP', 'AEXPR_OP_ANY', 'AEXPR_OP_ALL'].includes(node['kind'] as string)) found.push(`${node['kind']}`);
      check('operator', texts(node['name']));
    },
    SubLink: (node) => {
      if (/ANY|ALL/.test(node['subLinkType'] as string)) check('operator', texts(node['operName']));
    },
    CaseExpr: (node) => {
      if (node['arg']) found.push('case with an operand');
    },
    JoinExpr: (node) => {
      if (node['usingClause'] || node['isNatural']) found.push('join using');
    },
    SortBy: (node) => {
      if (node['useOp']) found.push('order by using');
    },
    TypeCast: (node) => {
      const to = texts(((node['typeName'] ?? {}) as Node)['names']).at(-1) ?? '';
      const constant = (node['arg'] as { A_Const?: { sval?: { sval?: string } } })?.A_Const?.sval?.sval;
      if (!/^reg/.test(to) || constant === undefined) return;
      for (const name of constant.replaceAll(/[{}]/g, '').split(/, ?/)) {
        if (!name.startsWith('pg_catalog.')) found.push(`${to} ${name}`);
      }
    },
  };
  const relations: Node[] = [];
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    for (const [name, value] of Object.entries(node)) {
      if (name === 'RangeVar') relations.push(value as Node);
      // The types of casts and functions stand in fields, without their kind.
      if (name === 'typeName') rules['TypeName']?.(value as Node);
      else if (name !== 'typeNames' && rules[name] && !Array.isArray(value)) rules[name]?.(value as Node);
      walk(value);
    }
  };
  walk(tree);
  for (const { schemaname, relname } of relations) {
    if (schemaname === undefined && common.has(relname as string)) continue;
    check('relation', [schemaname, relname].filter((one) => one !== undefined) as string[]);
  }
  return found;
}
