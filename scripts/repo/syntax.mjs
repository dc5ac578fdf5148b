/*
 * Rules over the syntax of each file. A rule is `{ name, concerns(source), visit(node, parents, source) }`, whose
 * `visit` returns what is wrong with a node; every file is parsed and walked once for all of them.
 */
import { classRules } from './classes.mjs';
import { connectionRules } from './connections.mjs';
import { habitRules } from './habits.mjs';
import { importSyntaxRules } from './import-syntax.mjs';
import { lineOf, walk } from './sources.mjs';
import { sqlRules } from './sql.mjs';

const RULES = [...classRules, ...connectionRules, ...habitRules, ...importSyntaxRules, ...sqlRules];

export function checkSyntax(sources) {
  return sources.flatMap((source) => {
    const rules = RULES.filter((rule) => rule.concerns(source));
    const faults = [];
    if (rules.length === 0) return faults;
    walk(source.tree, (node, parents) => {
      for (const rule of rules) {
        const message = rule.visit(node, parents, source);
        if (message) faults.push({ rule: rule.name, path: source.path, line: lineOf(source, node), message });
      }
    });
    return faults;
  });
}
