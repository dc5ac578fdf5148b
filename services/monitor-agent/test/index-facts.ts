import type { IndexFacts } from '../src/relations/index-shape.rules.ts';

/** Of an index on the first column, with nothing special about it. */
export const PLAIN_INDEX: IndexFacts = {
  keys: [1],
  include: [],
  classes: [1978],
  collations: [0],
  options: [0],
  expressions: null,
  predicate: null,
  parameters: '',
  constraint: null,
  replicaIdentity: false,
  clustered: false,
  attached: false,
  extension: false,
  foreignKeys: [],
};
