/*
 * Comments may hold anything, so they are dropped. Kept are tags in the form of sqlcommenter (google.github.io/
 * sqlcommenter/spec) whose keys name code and not people, and only where the value looks like a name of code: no
 * address, no long number. `traceparent` would make every text another one.
 */
const KEPT = new Set(['application', 'controller', 'action', 'route', 'framework', 'db_driver']);
const TAGS = /^\/\*\s*((?:[\w%.-]+='(?:[^'\\]|\\.)*'\s*(?:,\s*)?)+)\*\/$/;
const TAG = /([\w%.-]+)='((?:[^'\\]|\\.)*)'/g;
const NAME_OF_CODE = /^[\w .:/#{}<>()[\]-]{1,100}$/;
/** What identifies somebody: an order, a telephone, a token. */
const LONG_NUMBER = /\d{4}|[\da-f]{8}/i;

/** pg_stat_statements of version 18 writes it where a list of constants went on. */
const LIST_GOES_ON = '/*, ... */';

/** What is kept of a comment, as a comment. */
export function keptComment(comment: string): string | undefined {
  if (comment === LIST_GOES_ON) return comment;
  const [, inside] = (comment.length <= MAX_COMMENT && TAGS.exec(comment)) || [];
  if (inside === undefined) return undefined;
  const tags = [...inside.matchAll(TAG)].flatMap(([, key = '', value = '']) => {
    const name = KEPT.has(key) ? decoded(value) : undefined;
    return name !== undefined && NAME_OF_CODE.test(name) && !LONG_NUMBER.test(name) ? [`${key}='${name}'`] : [];
  });
  return tags.length === 0 ? undefined : `/*${tags.join(',')}*/`;
}

const MAX_COMMENT = 2_000;

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
