import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Components of an SBOM for the Debian packages of an image whose files lie in `base`. */
export function debianComponents(base) {
  const status = readFileSync(join(base, 'var/lib/dpkg/status'), 'utf8');
  return status
    .split('\n\n')
    .map((paragraph) =>
      Object.fromEntries([...paragraph.matchAll(/^(\S+): (.*)$/gm)].map(([, key, value]) => [key, value])),
    )
    .filter((one) => one.Status?.endsWith(' installed'))
    .map(({ Package: name, Version: version, Architecture: architecture }) => ({
      type: 'library',
      'bom-ref': `debian/${name}`,
      name,
      version,
      licenses: licencesOf(join(base, 'usr/share/doc', name, 'copyright')),
      purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`,
    }));
}

/** The short names of a copyright file that machines can read; other files are text, and the image has them. */
function licencesOf(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const names = [...text.matchAll(/^License: *(\S.*)$/gm)].map(([, name]) => name.trim());
  const unique = [...new Set(names)];
  return (unique.length > 0 ? unique : ['see its copyright file']).map((name) => ({ license: { name } }));
}
