/*
 * Order inside a service and the console: its layers.json lists its folders from the top to the bottom, an entry being a
 * folder or several that stand beside each other. Imports go down only, and no folder is in a circle with others.
 * "." is the root of the sources; what lies in subfolders belongs to the entry that names the most of its path.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageOf } from './sources.mjs';

const TESTS = String.raw`\.test\.ts$`;

export function readLayers(root) {
  return packagesWithLayers(root).flatMap((folder) => {
    const file = join(root, folder, 'layers.json');
    if (!existsSync(file)) return [];
    const layers = JSON.parse(readFileSync(file, 'utf8')).map((layer) => [layer].flat());
    return [{ name: folder.split('/').at(-1), folder, layers, entries: layers.flat() }];
  });
}

function packagesWithLayers(root) {
  const services = existsSync(join(root, 'services')) ? readdirSync(join(root, 'services')) : [];
  const console = existsSync(join(root, 'console')) ? ['console'] : [];
  return [...services.map((name) => `services/${name}`), ...console];
}

/** One rule of dependency-cruiser for each entry: it imports nothing above it or beside it. */
export function layerRules(services) {
  return services.flatMap((service) =>
    service.layers.flatMap((layer, depth) =>
      layer.flatMap((entry) => {
        const forbidden = [...service.layers.slice(0, depth).flat(), ...layer.filter((other) => other !== entry)];
        if (forbidden.length === 0) return [];
        return {
          name: 'layers',
          severity: 'error',
          from: { path: pattern(service, entry), pathNot: TESTS },
          to: {
            path: forbidden.map((other) => pattern(service, other)),
            pathNot: `^${service.folder}/src/${service.name}\\.config\\.ts$`,
          },
        };
      }),
    ),
  );
}

/** The files of an entry: those of its folder, without those of entries inside it. */
function pattern({ folder, entries }, entry) {
  const src = `^${folder}/src/`;
  if (entry === '.') return `${src}[^/]+$`;
  const inside = entries.filter((other) => other.startsWith(`${entry}/`)).map((other) => other.slice(entry.length + 1));
  return inside.length > 0 ? `${src}${entry}/(?!(?:${inside.join('|')})/)` : `${src}${entry}/`;
}

/** Services without an order. */
export function checkLayersThere(root) {
  return packagesWithLayers(root)
    .map((folder) => `${folder}/layers.json`)
    .filter((path) => !existsSync(join(root, path)))
    .map((path) => ({ rule: 'layers', path, message: 'is missing' }));
}

/** Folders in no layer, and layers without a folder. */
export function checkLayersComplete(services, modules) {
  return services.flatMap(({ folder: own, entries }) => {
    const src = `${own}/src`;
    const folders = new Set(modules.map(({ source }) => dirname(source)).filter((path) => isWithin(path, src)));
    const relative = [...folders].map((path) => path.slice(src.length + 1) || '.');
    const covers = (entry, folder) => (entry === '.' ? folder === '.' : isWithin(folder, entry));
    return [
      ...relative
        .filter((folder) => !entries.some((entry) => covers(entry, folder)))
        .map((folder) => ({ rule: 'layers', path: `${src}/${folder}`, message: 'stands in no layer' })),
      ...entries
        .filter((entry) => !relative.some((folder) => covers(entry, folder)))
        .map((entry) => ({ rule: 'layers', path: `${own}/layers.json`, message: `${entry} is no folder` })),
    ];
  });
}

const isWithin = (path, folder) => path === folder || path.startsWith(`${folder}/`);

/** Folders of one package that reach each other (Tarjan's strongly connected components). */
export function circlesOfFolders(modules) {
  const edges = new Map();
  for (const { source, dependencies } of modules) {
    if (/\.test\.m?ts$/.test(source)) continue;
    const from = dirname(source);
    if (!edges.has(from)) edges.set(from, new Map());
    for (const { resolved } of dependencies) {
      const to = dirname(resolved);
      if (
        to !== from &&
        packageOf(to) === packageOf(from) &&
        !/\.config\.ts$/.test(resolved) &&
        !edges.get(from).has(to)
      )
        edges.get(from).set(to, { source, resolved });
    }
  }
  return components(edges).map((folders) => ({
    folders,
    imports: folders.flatMap((from) => folders.flatMap((to) => edges.get(from).get(to) ?? [])),
  }));
}

function components(edges) {
  const order = new Map();
  const lowest = new Map();
  const open = [];
  const found = [];
  const visit = (folder) => {
    order.set(folder, order.size);
    lowest.set(folder, order.get(folder));
    open.push(folder);
    for (const next of edges.get(folder)?.keys() ?? []) {
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(folder, Math.min(lowest.get(folder), lowest.get(next)));
    }
    if (lowest.get(folder) !== order.get(folder)) return;
    const component = open.splice(open.indexOf(folder));
    if (component.length > 1) found.push(component.sort());
  };
  for (const folder of edges.keys()) if (!order.has(folder)) visit(folder);
  return found;
}
