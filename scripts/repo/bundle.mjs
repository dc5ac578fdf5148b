/*
 * What a visitor of the console loads, from Vite's manifest. The first load is what somebody needs from the log-in to
 * the overview and the list of servers; a route loads the rest of its own. The limits are of issue 14 of the project:
 * whoever passes one loads a part later (`React.lazy`, an `import()` in the handler), or takes another one out.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const FIRST = [
  'index.html',
  'src/session/log-in.tsx',
  'src/overview/show-overview.tsx',
  'src/servers/list-servers.tsx',
];
const LATER = ['uplot', 'lightweight-charts', 'zod', 'prismjs'];
/** Their chunks do not count as a route's. */
const CHARTS = ['uplot', 'lightweight-charts'];
export const LIMITS = { firstLoad: 220_000, firstStyles: 25_000, route: 60_000, all: 2_000_000 };

/** undefined where the console was not built. */
export function readBundle(root) {
  const dist = join(root, 'console', 'dist');
  const read = (name) => JSON.parse(readFileSync(join(dist, '.vite', name), 'utf8'));
  if (!existsSync(join(dist, '.vite', 'packages.json'))) return undefined;
  const sizeOf = (file) => {
    const path = join(dist, file);
    return statSync(existsSync(`${path}.gz`) ? `${path}.gz` : path).size;
  };
  return measure({ manifest: read('manifest.json'), packages: read('packages.json'), sizeOf, all: sizeBelow(dist) });
}

/** Bytes by gzip of the first load, of each route beyond it, and as they are of everything. */
export function measure({ manifest, packages, sizeOf, all }) {
  const first = closure(manifest, FIRST);
  const sum = (files) => [...files].reduce((total, file) => total + sizeOf(file), 0);
  const files = (keys) => new Set([...keys].map((key) => manifest[key].file));
  const firstFiles = files(first);
  const has = (file, names) => packages[file]?.some((name) => names.includes(name)) ?? false;
  const routes = Object.keys(manifest)
    .filter((key) => manifest[key].isDynamicEntry)
    .map((key) => {
      const own = [...files(closure(manifest, [key]))].filter((file) => file.endsWith('.js') && !firstFiles.has(file));
      return { name: key, bytes: sum(own.filter((file) => !has(file, CHARTS))), withCharts: sum(own) };
    })
    .sort((a, b) => b.bytes - a.bytes);
  return {
    firstLoad: sum(firstFiles),
    firstStyles: sum(new Set([...first].flatMap((key) => manifest[key].css ?? []))),
    firstFiles: [...firstFiles].map((file) => ({ file, bytes: sizeOf(file) })).sort((a, b) => b.bytes - a.bytes),
    tooEarly: [...firstFiles].flatMap((file) => (packages[file] ?? []).filter((name) => LATER.includes(name))),
    routes,
    all,
  };
}

export function bundleFaults(bundle) {
  if (!bundle) return [];
  const { firstLoad, firstStyles, routes, tooEarly, all } = bundle;
  const fault = (message) => ({ rule: 'bundle', path: 'console', message });
  const over = (what, bytes, limit) =>
    bytes > limit ? [fault(`${what}: ${kB(bytes)}, at most ${kB(limit)} (npm run -s bench -- bundle)`)] : [];
  return [
    ...over('JavaScript of the first load', firstLoad, LIMITS.firstLoad),
    ...over('styles of the first load', firstStyles, LIMITS.firstStyles),
    ...over('all files', all, LIMITS.all),
    ...routes.flatMap(({ name, bytes }) => over(`JavaScript of ${name}`, bytes, LIMITS.route)),
    ...tooEarly.map((name) => fault(`${name} is in the first load`)),
  ];
}

export const checkBundle = (root) => bundleFaults(readBundle(root));

const kB = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`;

function closure(manifest, keys, seen = new Set()) {
  for (const key of keys) {
    if (!manifest[key]) throw new Error(`The console has no ${key}: adapt scripts/repo/bundle.mjs.`);
    if (seen.has(key)) continue;
    seen.add(key);
    closure(manifest, manifest[key].imports ?? [], seen);
  }
  return seen;
}

/** Without the compressed copies. */
function sizeBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name) && !entry.parentPath.endsWith('.vite'))
    .reduce((total, { parentPath, name }) => total + statSync(join(parentPath, name)).size, 0);
}
