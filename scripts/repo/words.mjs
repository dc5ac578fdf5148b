/*
 * Words of this house that a reader from the field does not know, and the field's word for each (docs/glossary.md).
 * `node scripts/check-repo.mjs --all [PATH]` prints what is left.
 *
 * `names` is looked for in identifiers and file names, whose parts are words (`carryBot` is "carry bot"), `text` in
 * comments, messages, SQL and documents as they stand. `only` limits a word to packages where it is one of the house;
 * `except` says where it is right, and why.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, walk } from './sources.mjs';

const MONITOR = /monitor/;
const TRADING = /bot-executor|trading|bench/;

export const WORDS = [
  {
    house: 'look',
    field: 'snapshot',
    names: /\blooks?\b(?! (up|ups|ahead|back|like|alike|from|for|at)\b)/,
    text: /\b(a|the|each|every|one|two|three|last|next|first|this|that|per|whole|full|short|earlier|previous|newest|between) looks?\b(?! (at|for|like)\b)/i,
  },
  {
    house: 'pass',
    field: 'collector',
    only: MONITOR,
    names: /\w pass(es)?$/,
    text: /\b(a|the|each|every|one|activity|statements?|relations?) pass(es)?\b/i,
  },
  {
    house: 'question',
    field: 'scheduled query',
    names: /\bquestions?\b/,
    text: /\b(its|the server's|a scheduled|of a|each|every|all|these|our|one of its `?) ?questions?\b/i,
    only: MONITOR,
  },
  {
    house: 'news',
    field: 'event, fill event',
    names: /\bnews\b/,
    text: /\b(the|some|for|what|no|of|its|these|more) news\b/i,
  },
  {
    house: 'tell',
    field: 'emit, notify, report',
    names: /\b(tell|tells|told|teller)\b/,
    text: /\btold (of|once|about)\b|\btells? (of|its|what|each other)\b/i,
  },
  {
    house: 'carry a bot',
    field: 'advance a bot',
    names: /\bcarr(y|ies|ied|ying)\b/,
    text: /\bcarr(y|ies|ied|ying) (a |the |each |on )?bots?\b/i,
    only: TRADING,
  },
  { house: 'trade book', field: 'trade summary', names: /\btrade books?\b/, text: /\btrade ?books?\b/i },
  {
    house: 'rung',
    field: 'level',
    names: /\brungs?\b/,
    text: /\brungs?\b/i,
    except: [{ path: /strategies\/stored-state-1/, why: 'names of states that were stored before' }],
  },
  {
    house: 'leaving, waiting',
    field: 'pending cancel, deferred',
    names: /\b(leaving|waiting)\b/,
    // Of orders. Queued work waits, and a bot says why it does (`waiting` of the API).
    only: /bot-executor\/src\/(engine|strategies|dca|martingale|ladder|trades)/,
    except: [{ path: /strategies\/stored-state-1/, why: 'names of states that were stored before' }],
  },
  {
    house: 'enter, leave',
    field: 'increase, reduce position',
    names: /\b(enter|enters|entered|entering|leave|leaves)\b/,
    only: /bot-executor/,
    except: [{ path: /strategies\/stored-state-1/, why: 'names of states that were stored before' }],
  },
  {
    house: 'course',
    field: 'price range',
    names: /\bcourses?\b/,
    text: /\b(the|a|candle's|its) courses?\b/i,
    only: TRADING,
  },
  { house: 'quiet', field: 'trigger bounds', names: /\bquiet\b/, only: TRADING },
  {
    house: 'pack',
    field: 'chunk',
    // `packColumns` is a compression, as the field says of it.
    names: /\b(pack|packs|packed|packing|unpack|unpacked)\b(?! columns)/,
    only: /monitor-agent/,
  },
  {
    house: 'block',
    field: 'chunk',
    // PostgreSQL's own blocks (`shared_blks_hit`) and sessions that block others keep their word.
    names: /\b(hour|day) blocks?\b|\bblock (rows|writer|codec|columns|of)\b|^blocks? (rows|test)$/,
    text: /\bblocks? of (hours?|days?|an hour|a day)\b|\b(hour|day) blocks?\b/i,
    only: MONITOR,
  },
  {
    house: 'fold',
    field: 'compact, roll up',
    names: /\b(fold|folds|folded|folding)\b/,
    text: /\b(fold|folds|folded|folding)\b/i,
    only: MONITOR,
  },
  {
    house: 'hot',
    field: 'recent',
    names: /\bhot\b(?! updated)/,
    text: /\bhot\b(?! (path|standby|update))/i,
    only: MONITOR,
  },
  {
    house: 'marker',
    field: 'annotation',
    names: /\bmarkers?\b/,
    text: /\bmarkers?\b/i,
    except: [{ path: /^console\/src\/ladder\/price-chart/, why: 'so its chart library calls them' }],
  },
  // Elsewhere a colour theme is called so.
  { house: 'dark', field: 'uncollected', names: /\bdark\b/, text: /\bdark\b/i, only: /monitor-agent|monitoring/ },
  {
    house: 'life',
    field: 'reset epoch',
    names: /\b(life|lives)\b/,
    text: /\b(counter's|counters'|statement's|one|same|new|another) li(fe|ves)\b|\blife of (the |its )?counters?\b/i,
    only: MONITOR,
  },
  {
    house: 'strange, stranger',
    field: 'untrusted, outsider',
    names: /\bstrange(r|rs)?\b/,
    text: /\bstranger?s?\b|\bstranger's\b/i,
    except: [{ path: /common-passwords/, why: 'passwords that people choose' }],
  },
  { house: 'happened', field: 'event context', names: /^happened$/ },
  {
    house: 'forget',
    field: 'purge, expire, evict',
    // A forgotten password is one everywhere, and people forget.
    names: /\b(forget|forgets|forgetting)\b/,
    text: /\b(is|are|be|was|were) forgotten\b|\bforgets? (it|them|what|everything|the|all|its)\b/i,
  },
  {
    house: 'found, founder',
    field: 'create, creator',
    names: /\b(found organisation|founders?|founded|founding)\b/,
    text: /\bfound(er|ers|ed|ing)\b|\bfounder's\b|\bfound an organisation\b/i,
  },
  {
    house: 'giver, hand on',
    field: 'grantor, delegate',
    names: /\b(givers?|hand on|hands on|handed on)\b/,
    text: /\bgivers?\b|\bhand(s|ed)? (it |them |a right |on )on\b/i,
  },
  { house: 'present', field: 'orNotFound', names: /^present$|^present \w+$/ },
  {
    house: 'keep',
    field: 'enforce retention, store',
    names: /^keep (samples|partitions|position|account|meters|days|months|range|statements?)\b/,
  },
  {
    house: 'position (of ingestion)',
    field: 'checkpoint',
    names: /\bposition\b/,
    text: /\bposition\b/i,
    only: /services\/usage|contracts\/src\/usage/,
  },
  { house: 'account (of usage)', field: 'entitlement snapshot', names: /\baccounts?\b/, only: /services\/usage/ },
  { house: 'heard of', field: 'received', names: /\b(heard|hears?)\b/, text: /\b(heard|hears|hear) of\b/i },
  {
    house: 'fingerprint',
    field: 'what it identifies',
    names: /\bfingerprints?\b/,
    text: /\bfingerprints?\b/i,
    except: [
      { path: /^libs\/vault\/src\/master-keys\.ts$/, why: 'the label is hashed into every stored key id' },
      {
        path: /^(services\/monitor-agent|bench\/src\/scrub|docs\/monitoring)/,
        why: 'the term of libpg-query for the shape of a statement',
      },
      {
        path: /^(libs\/testing\/src\/stripe|services\/billing\/src\/stripe|docs\/(billing|plans-and-usage))/,
        why: "a field of Stripe's cards",
      },
      { path: /^services\/usage\/test\/upgrade/, why: 'the name of the column before the migration' },
      {
        path: /^services\/bot-executor\/src\/backtests\/old-backtests/,
        why: 'the key of stored JSON before the migration',
      },
    ],
  },
  {
    house: 'riddles',
    field: 'evicted, reset, retried, expired, restarted',
    text: /\bdwindl\w+|\bgone by\b|\bgoes by itself\b|\bbeg[iau]ns? anew\b|\bbeginning anew\b|\ba gift\b/i,
  },
];

export function checkWords(root, sources) {
  return [...sources.flatMap(wordsOfSource), ...documentsOf(root).flatMap(wordsOfDocument)];
}

function wordsOfSource(source) {
  const names = new Map([
    [
      splitName(
        source.path
          .split('/')
          .at(-1)
          .replace(/\.m?ts$/, ''),
      ),
      1,
    ],
  ]);
  walk(source.tree, (node) => {
    if (node.type !== 'Identifier' && node.type !== 'PrivateName') return;
    const name = splitName(node.value ?? node.id?.value ?? '');
    if (!names.has(name)) names.set(name, node);
  });
  return concerning(source.path).flatMap((word) => [
    ...(word.names
      ? [...names]
          .filter(([name]) => word.names.test(name))
          .map(([name, node]) => left(source.path, node?.span ? lineOf(source, node) : 1, word, name))
      : []),
    ...inText(source.path, source.text, word),
  ]);
}

const wordsOfDocument = ({ path, text }) => concerning(path).flatMap((word) => inText(path, text, word));
const concerning = (path) =>
  WORDS.filter(
    ({ only, except }) => (!only || only.test(path)) && !except?.some(({ path: where }) => where.test(path)),
  );
const left = (path, line, { house, field }, found) => ({
  rule: 'words',
  path,
  line,
  house,
  message: `${found}: say ${field} (not ${house})`,
});

function inText(path, text, word) {
  if (!word.text?.test(text)) return [];
  return text.split('\n').flatMap((line, index) => {
    const hit = word.text.exec(line);
    return hit ? [left(path, index + 1, word, hit[0])] : [];
  });
}

/** `carryBot`, `carry-bot` and `carry_bot` are "carry bot". */
const splitName = (name) =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_.$]+/g, ' ')
    .trim()
    .toLowerCase();

/** Documents, and the scripts, which the other checks do not read. */
function documentsOf(root) {
  const list = (folder) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []);
  const paths = [
    ...list('.'),
    ...list('docs').map((name) => `docs/${name}`),
    ...list('scripts').map((name) => `scripts/${name}`),
  ];
  return paths
    .filter((path) => /\.(md|mjs)$/.test(path) && !/^(docs\/glossary|CHANGELOG)\.md$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}
