/* All rules of the repository that a linter does not know, over the tree below `root`. */
import { checkImports } from './imports.mjs';
import { checkLicences } from './licences.mjs';
import { checkSizes } from './sizes.mjs';
import { readSources } from './sources.mjs';
import { checkSyntax } from './syntax.mjs';

/** `{ faults: [{ rule, path, line?, message }], figures }` */
export async function checkRepository(root) {
  const sources = readSources(root);
  const imports = await checkImports(root);
  const sizes = checkSizes(sources);
  const circles = imports.circles.map(({ folders, imports: [first] }) => ({
    rule: 'no-circle-of-folders',
    path: first.source,
    message: `imports ${first.resolved} in a circle of folders: ${folders.join(', ')}`,
  }));
  return {
    figures: { ...sizes.figures, foldersInCircles: imports.circles.flatMap(({ folders }) => folders).length },
    faults: [...imports.faults, ...circles, ...checkSyntax(sources), ...sizes.faults, ...checkLicences(root)],
  };
}
