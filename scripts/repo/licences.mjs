/* Which licences dependencies may have. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ALLOWED =
  /^(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Python-2\.0|Unlicense|Zlib)$/;

/** Besides, for tools of development, which nobody is given: their files stay as they are. */
const ALLOWED_FOR_TOOLS = /^MPL-2\.0$/;

/** The list of contents of the image names them as well. Their package.json says it in an old form, which npm copies into no lock file, or not at all; read in what they ship. */
export const SAID_ELSEWHERE = {
  busboy: 'MIT',
  buildcheck: 'MIT',
  'cpu-features': 'MIT',
  'humanize-number': 'MIT',
  'png-js': 'MIT',
  ssh2: 'MIT',
  streamsearch: 'MIT',
};

export const checkLicences = (root) => ['.', 'deploy/tests'].flatMap((folder) => licencesIn(join(root, folder)));

function licencesIn(root) {
  const lock = join(root, 'package-lock.json');
  if (!existsSync(lock)) return [];
  return Object.entries(JSON.parse(readFileSync(lock, 'utf8')).packages)
    .filter(([path, { link }]) => path.startsWith('node_modules/') && !link)
    .map(([path, entry]) => [
      path,
      {
        ...entry,
        license: entry.license ?? SAID_ELSEWHERE[path.split('node_modules/').at(-1)],
      },
    ])
    .filter(([, { dev, license }]) => !isAllowed(license) && !(dev && ALLOWED_FOR_TOOLS.test(license ?? '')))
    .map(([path, { license }]) => ({ rule: 'licences', path, message: `has the licence ${license ?? 'none'}` }));
}

/** Of `A OR B` one is enough. Of `A AND B` both must be allowed. */
function isAllowed(licence = '') {
  return licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => ALLOWED.test(one.trim())));
}
