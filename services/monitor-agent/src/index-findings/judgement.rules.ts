import { createHash } from 'node:crypto';
import type { IndexFinding } from '@tidegate/contracts/monitor-agent/index-findings';
import type { IndexFindingKind } from '@tidegate/contracts/monitor-agent/server-list';
import { findingId } from './index-findings.rules.ts';

/** In how few characters two findings of one server never look alike. */
const MARK = 12;
const KINDS = ['invalid', 'duplicate', 'redundant', 'unused'] as const;

/** Of one kind at once, however many there are. `index`: its name, where it is one alone. */
export interface Change {
  kind: IndexFindingKind;
  value: number;
  index?: string;
}

/** What is new and what is gone since the last time, and what to remember; `known` undefined: all is as it was. */
export function changesOf(
  before: readonly string[],
  findings: readonly IndexFinding[],
  dismissed: ReadonlyMap<string, unknown>,
): { found: Change[]; solved: Change[]; known: string[] | undefined } {
  const now = new Map(findings.map((finding) => [markOf(findingId(finding)), finding] as const));
  const old = new Set(before);
  // Somebody has decided on these: whether they come or go is not said.
  const decided = new Set([...dismissed.keys()].map(markOf));
  const added = [...now].filter(([mark]) => !old.has(mark) && !decided.has(mark));
  const gone = before.filter((mark) => !now.has(mark) && !decided.has(mark));
  const found = KINDS.flatMap((kind) => {
    const some = added.filter(([, finding]) => finding.kind === kind);
    const [only] = some;
    return only ? [{ ...changeOf(kind, some.length), ...(some.length === 1 && { index: only[1].index }) }] : [];
  });
  const solved = KINDS.flatMap((kind) => {
    const count = gone.filter((mark) => mark.startsWith(`${kind}:`)).length;
    return count > 0 ? [changeOf(kind, count)] : [];
  });
  const isSame = now.size === old.size && before.every((mark) => now.has(mark));
  return { found, solved, known: isSame ? undefined : [...now.keys()] };
}

const changeOf = (kind: (typeof KINDS)[number], value: number): Change => ({ kind: `index_${kind}`, value });

/** `unused:…`: the kind stays readable, the rest is short. */
function markOf(id: string): string {
  const kind = id.slice(0, id.indexOf(':'));
  return `${kind}:${createHash('sha256').update(id).digest('base64url').slice(0, MARK)}`;
}
