/* All rules of the repository that a linter does not know, over the tree below `root`. */
import { checkBundle } from './bundle.mjs';
import { checkDocuments } from './documents.mjs';
import { checkFigures } from './figures.mjs';
import { checkImports } from './imports.mjs';
import { checkLicences } from './licences.mjs';
import { checkManifests } from './manifests.mjs';
import { checkMigrations } from './migrations.mjs';
import { checkModules } from './modules.mjs';
import { checkSettings } from './settings.mjs';
import { checkSizes } from './sizes.mjs';
import { readSources } from './sources.mjs';
import { checkSyntax } from './syntax.mjs';
import { checkWords } from './words.mjs';

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
  const syntax = checkSyntax(sources);
  const words = checkWords(root, sources);
  const figures = {
    ...sizes.figures,
    foldersInCircles: imports.circles.flatMap(({ folders }) => folders).length,
    sqlOutsideRows: syntax.filter(({ rule }) => rule === 'sql-in-rows').length,
    houseWords: words.length,
  };
  return {
    figures,
    faults: [
      ...imports.faults,
      ...circles,
      ...syntax,
      ...checkModules(sources),
      ...words,
      ...sizes.faults,
      ...checkFigures(root, figures),
      ...checkSettings(root, sources),
      ...checkDocuments(root, sources),
      ...checkLicences(root),
      ...checkManifests(root, imports.modules),
      ...checkBundle(root),
      ...(await checkMigrations(root)),
    ],
  };
}
