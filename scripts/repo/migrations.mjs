/*
 * Migrations run while processes of the release before still work, and that release may be started again afterwards. So
 * each says in its first line what it is:
 *
 *   -- phase: expand                              nothing that the release before reads or writes changes
 *   -- phase: contract, unused since 0.1.0        takes away what no code uses any more since that release
 *   -- phase: expand, outside a transaction       one `create index concurrently if not exists`
 *
 * PostgreSQL's own parser reads them. What an expanding one may contain is listed, so that everything else, also what a
 * later PostgreSQL can do, has to be declared.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModule, parseSync } from 'libpg-query';

const PHASE =
  /^-- phase: (?<phase>expand|contract)(?<alone>, outside a transaction)?(?:, unused since (?<since>\d+\.\d+\.\d+))?$/;
const FIX = 'docs/operations.md, *Upgrade*';

/** An index on one of them is built for minutes; a row of each is written all the time. */
const LARGE = new Set(
  `usage_events usage_hours usage_balances usage_origin_hours usage_identities activity_samples database_samples
   table_samples index_samples wraparound_samples statement_samples statement_hour_chunks statement_chunks
   statement_rollups statements server_minutes trades orders fills ledger deliveries delivery_queue outbox
   inbox outbox_sequences idempotency_keys stripe_events invoices invoice_items sessions`.split(/\s+/),
);
/** Statements that take nothing away; those below are looked at more closely. */
const ADDING = new Set([
  'CreateStmt',
  'CreateFunctionStmt',
  'CreateTrigStmt',
  'CreateSeqStmt',
  'CreateEnumStmt',
  'AlterEnumStmt',
  'CommentStmt',
  'SelectStmt',
  'InsertStmt',
]);
const ADDING_TO_TABLES = new Set([
  'AT_ColumnDefault',
  'AT_DropNotNull',
  'AT_SetStatistics',
  'AT_SetRelOptions',
  // Around a change of all organisations' rows.
  'AT_NoForceRowSecurity',
  'AT_ForceRowSecurity',
]);
/** Defaults that PostgreSQL computes once for all rows instead of rewriting the table. */
const STABLE = new Set(['now', 'current_timestamp', 'jsonb_build_object', 'lower', 'upper']);

export async function checkMigrations(root) {
  const files = migrationFiles(root);
  if (files.length === 0) return [];
  await loadModule();
  const releases = readReleases(root);
  return files.flatMap((path) => checkFile(root, path, releases));
}

function migrationFiles(root) {
  return ['libs', 'services'].flatMap((top) =>
    (existsSync(join(root, top)) ? readdirSync(join(root, top)) : [])
      .map((name) => `${top}/${name}/migrations`)
      .filter((folder) => existsSync(join(root, folder)))
      .flatMap((folder) => readdirSync(join(root, folder)).map((file) => `${folder}/${file}`))
      .filter((path) => path.endsWith('.sql')),
  );
}

/** Versions of the releases that are out: those with a commit. */
function readReleases(root) {
  const path = join(root, 'deploy/releases.json');
  if (!existsSync(path)) return new Set();
  const all = JSON.parse(readFileSync(path, 'utf8'));
  return new Set(all.filter(({ commit }) => commit).map(({ version }) => version));
}

function checkFile(root, path, releases) {
  const text = readFileSync(join(root, path), 'utf8');
  const fault = (message, at = 0) => ({
    rule: 'migrations',
    path,
    line: Buffer.from(text).subarray(0, at).toString().split('\n').length,
    message: `${message} (${FIX})`,
  });
  const header = PHASE.exec(text.split('\n', 1)[0])?.groups;
  if (!header) return [fault('the first line does not declare the phase: -- phase: expand')];
  let statements;
  try {
    statements = parseSync(text).stmts ?? [];
  } catch (error) {
    return [fault(`PostgreSQL cannot read it: ${error.message}`)];
  }
  const found = header.phase === 'contract' ? checkContract(header, releases) : checkExpand(statements, header);
  return found.map(({ message, at }) => fault(message, at));
}

function checkContract({ since, alone }, releases) {
  if (alone) return [{ message: 'only an expanding migration may run outside a transaction' }];
  if (!since) return [{ message: 'it does not say since which release nothing uses what it takes away' }];
  if (!releases.has(since))
    return [{ message: `${since} is not out yet: what it takes away may go in the release after` }];
  return [];
}

function checkExpand(statements, { alone, since }) {
  if (since) return [{ message: 'only a contracting migration says since when' }];
  if (alone && (statements.length !== 1 || statements[0].stmt.IndexStmt?.concurrent !== true))
    return [{ message: 'outside a transaction runs one create index concurrently and nothing else' }];
  const made = new Set(statements.flatMap(({ stmt }) => stmt.CreateStmt?.relation.relname ?? []));
  const open = leftOpen(statements);
  const replaced = replacedChecks(statements);
  const found = statements.flatMap(({ stmt, stmt_location: at = 0 }) => {
    const [[kind, node]] = Object.entries(stmt);
    return faultsOf(kind, node, { made, alone, replaced }).map((message) => ({
      message: `${message}: declare contract`,
      at,
    }));
  });
  return [...found, ...open.map((table) => ({ message: `row-level security of ${table} stays open`, at: 0 }))];
}

/** Tables whose owner is exempt from row-level security in the end. */
function leftOpen(statements) {
  const open = new Set();
  for (const { stmt } of statements) {
    const { relation, cmds = [] } = stmt.AlterTableStmt ?? {};
    for (const { AlterTableCmd: change } of cmds) {
      if (change.subtype === 'AT_NoForceRowSecurity') open.add(relation.relname);
      if (change.subtype === 'AT_ForceRowSecurity') open.delete(relation.relname);
    }
  }
  return [...open];
}

function faultsOf(kind, node, { made, alone, replaced }) {
  if (ADDING.has(kind)) return [];
  if (kind === 'AlterTableStmt') return made.has(node.relation.relname) ? [] : faultsOfTable(node, replaced);
  if (kind === 'CreatePolicyStmt' && node.permissive) return [];
  if (kind === 'IndexStmt') return made.has(node.relation.relname) ? [] : faultsOfIndex(node, alone);
  if (kind === 'UpdateStmt' || kind === 'DeleteStmt') {
    const table = node.relation.relname;
    return LARGE.has(table) ? [`changes all of ${table} in one transaction; a loop does it in batches`] : [];
  }
  if (kind === 'GrantStmt' && node.is_grant) return [];
  if (kind === 'DropStmt' && ['OBJECT_TRIGGER', 'OBJECT_FUNCTION'].includes(node.removeType) && node.missing_ok) {
    return [];
  }
  return [`${kind} is not only an addition`];
}

function faultsOfIndex(node, alone) {
  const table = node.relation.relname;
  if (node.unique) return [`a unique index on ${table} refuses what the release before may write`];
  if (node.concurrent) {
    if (!alone) return ['create index concurrently runs outside a transaction'];
    return node.if_not_exists ? [] : ['after a failure it must be safe to run again: if not exists'];
  }
  // Of a partitioned table with its name only: partitions that are made later have it.
  if (node.relation.inh === undefined || node.relation.inh === false) return [];
  return LARGE.has(table) ? [`an index on ${table} stops its writers: concurrently, in a file of its own`] : [];
}

/** Names of checks that are dropped and added again in one file, by table. */
function replacedChecks(statements) {
  const changes = statements.flatMap(({ stmt }) => {
    const { relation, cmds = [] } = stmt.AlterTableStmt ?? {};
    return cmds.map(({ AlterTableCmd: change }) => ({ table: relation.relname, change }));
  });
  const dropped = changes.filter(({ change }) => change.subtype === 'AT_DropConstraint');
  const added = changes.filter(({ change }) => change.def?.Constraint && isCheck(change.def.Constraint));
  const key = (table, name) => `${table} ${name}`;
  const gone = new Set(dropped.map(({ table, change }) => key(table, change.name)));
  return new Set(
    added.map(({ table, change }) => key(table, change.def.Constraint.conname)).filter((one) => gone.has(one)),
  );
}

/** A check that is replaced by one of its name is a wider one: whether it is, the tests of the release before find out. */
function faultsOfTable({ relation, cmds }, replaced) {
  const table = relation.relname;
  return cmds.flatMap((cmd) => {
    const { AlterTableCmd: change } = cmd;
    const { conname, skip_validation: later } = change.def?.Constraint ?? {};
    if (!replaced.has(`${table} ${conname ?? change.name}`)) return faultsOfChange(cmd, table);
    return conname && !later && LARGE.has(table) ? [`a check reads all of ${table}: add it not valid`] : [];
  });
}

const isCheck = ({ contype }) => contype === 'CONSTR_CHECK';

function faultsOfChange({ AlterTableCmd: change }, table) {
  const { subtype } = change;
  if (subtype === 'AT_ColumnDefault') return change.def ? [] : [`${change.name} loses its default`];
  if (ADDING_TO_TABLES.has(subtype)) return [];
  if (subtype !== 'AT_AddColumn') return [`${subtype.replace('AT_', '')} ${change.name ?? ''} is not only an addition`];
  const { colname, constraints = [] } = change.def.ColumnDef;
  const types = new Map(constraints.map(({ Constraint: one }) => [one.contype, one]));
  const faults = [];
  const isFilled = ['CONSTR_DEFAULT', 'CONSTR_IDENTITY', 'CONSTR_GENERATED'].some((one) => types.has(one));
  if (types.has('CONSTR_NOTNULL') && !isFilled) faults.push(`${colname} is not null and has no default`);
  // What the release before leaves null repeats nothing.
  const isUnique = types.has('CONSTR_PRIMARY') || (types.has('CONSTR_UNIQUE') && (isFilled || LARGE.has(table)));
  if (isUnique) faults.push(`${colname} is unique`);
  if (types.has('CONSTR_IDENTITY') || types.has('CONSTR_GENERATED')) faults.push(`${colname} rewrites the table`);
  const called = functionsIn(types.get('CONSTR_DEFAULT')?.raw_expr).filter((name) => !STABLE.has(name));
  if (called.length > 0) faults.push(`the default of ${colname} is computed row by row (${called.join(', ')})`);
  return faults;
}

function functionsIn(node) {
  if (node === null || typeof node !== 'object') return [];
  const own = node.FuncCall ? [node.FuncCall.funcname.at(-1).String.sval] : [];
  return [...own, ...Object.values(node).flatMap(functionsIn)];
}
