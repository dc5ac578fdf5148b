/**
 * Folders of the packages that production resolves, as Node does: ours, and those of others. `packages` is that of the
 * lock file. The compiler is a dependency for those who build at the start; an image is built.
 */
const ONLY_BUILDS = new Set(['typescript']);

export function productionPackages(packages, isInstalled) {
  const found = new Set();
  const visit = (from, names, optional) => {
    for (const name of names) {
      const path = resolve(packages, from, name);
      if (!path || !isInstalled(path)) {
        if (optional) continue;
        throw new Error(`${name}, which ${from || 'the repository'} needs, is not installed.`);
      }
      if (found.has(path)) continue;
      found.add(path);
      const entry = packages[path];
      const real = entry.link ? entry.resolved : path;
      follow(real, packages[real]);
    }
  };
  const follow = (path, entry) => {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = entry;
    visit(
      path,
      Object.keys(dependencies ?? {}).filter((name) => !ONLY_BUILDS.has(name)),
      false,
    );
    visit(path, Object.keys(optionalDependencies ?? {}), true);
    const peers = Object.keys(peerDependencies ?? {});
    visit(
      path,
      peers.filter((name) => !peerDependenciesMeta[name]?.optional),
      true,
    );
  };
  visit('', ['@tidegate/cli'], false);
  follow('', packages['']);
  const all = [...found].sort();
  return {
    ours: all.filter((path) => packages[path].link).map((path) => packages[path].resolved),
    others: all.filter((path) => !packages[path].link),
  };
}

/** The nearest node_modules above that has it. */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = parentOf(folder)) {
    const path = `${folder ? `${folder}/` : ''}node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '') return undefined;
  }
}

function parentOf(folder) {
  const at = folder.lastIndexOf('/node_modules/');
  if (at >= 0) return folder.slice(0, at);
  return '';
}
