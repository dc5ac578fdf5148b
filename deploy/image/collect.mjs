/*
 * `node deploy/image/collect.mjs OUT BASE`: what of a built checkout goes into the image, and the list of it (SBOM).
 *
 * OUT/app gets our own code as it was built, and of node_modules only what production resolves, without what no program
 * reads: types, source maps, sources, documents. Texts of licences stay. OUT/app/sbom.json (CycloneDX) names each of
 * them and each Debian package of BASE, a copy of the base image's /var/lib/dpkg and /usr/share/doc.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { SAID_ELSEWHERE } from '../../scripts/repo/licences.mjs';
import { debianComponents } from './debian-packages.mjs';
import { productionPackages } from './production-packages.mjs';

const [out, base] = process.argv.slice(2);
const root = process.cwd();
const app = join(out, 'app');
const readJson = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8'));

/** What the compiler and we leave beside what runs. */
const OF_OURS = ['dist', 'migrations', 'data', 'assets', 'package.json'];
const NOT_OF_OURS = /\.(d\.ts|d\.ts\.map|tsbuildinfo)$/;
const NOT_OF_OTHERS = /\.(map|ts|mts|cts|md|markdown|tsbuildinfo)$/i;
/** What of a package only browsers, its developers or other uses than ours read. */
const UNUSED = {
  '@swc/helpers': /^(cjs|src)/,
  brotli: /^(build|compress\.js)/,
  fflate: /^(umd|lib\/browser|esm\/browser)/,
  fontkit: /^(src|dist\/(browser|main))/,
  pako: /^dist/,
  rxjs: /^dist\/(bundles|esm|esm5)(\/|$)/,
  pdfkit: /^(\.yarn|tools|js\/(data|standard-fonts|pdfkit\.(js|browser|old|standalone)))/,
};
const LICENCE = /^(licen[cs]e|copying|notice|copyright|authors)/i;

function copyOurs(folder) {
  for (const name of OF_OURS) {
    const from = join(root, folder, name);
    if (existsSync(from))
      cpSync(from, join(app, folder, name), { recursive: true, filter: (path) => !NOT_OF_OURS.test(path) });
  }
}

function copyPackage(path) {
  const unused = UNUSED[path.split('node_modules/').at(-1)];
  cpSync(join(root, path), join(app, path), {
    recursive: true,
    // A package's own node_modules are packages of their own.
    filter: (from) =>
      from === join(root, path) ||
      (!unused?.test(relative(join(root, path), from)) &&
        basename(from) !== 'node_modules' &&
        (statSync(from, { throwIfNoEntry: false })?.isDirectory() ||
          LICENCE.test(basename(from)) ||
          !NOT_OF_OTHERS.test(from))),
    verbatimSymlinks: true,
  });
}

const { packages } = readJson('package-lock.json');
const { ours, others } = productionPackages(packages, (path) => existsSync(join(root, path)));

mkdirSync(app, { recursive: true });
for (const folder of ours) copyOurs(folder);
for (const path of ['dist', 'console/dist', 'plans', 'scripts/turns.mjs', 'package.json', 'LICENSE']) {
  cpSync(join(root, path), join(app, path), { recursive: true, filter: (from) => !NOT_OF_OURS.test(from) });
}
// What `./blue-green` takes of a version beside its image. Whom alerts go to is the operator's.
const ofCompose = ['caddy', 'nats', 'postgres', 'prometheus', 'compose.yaml'].map((name) => `compose/${name}`);
for (const path of [...ofCompose, 'prometheus', 'grafana/dashboards']) {
  cpSync(join(root, 'deploy', path), join(app, 'deploy', path), { recursive: true });
}
mkdirSync(join(app, 'node_modules/@tidegate'), { recursive: true });
for (const folder of ours) {
  const link = join('node_modules', readJson(folder, 'package.json').name);
  cpSync(join(root, link), join(app, link), { verbatimSymlinks: true });
}

const isNode = (path) => basename(path).startsWith('node-linux-');
const nodePackage = others.find(isNode);
mkdirSync(join(out, 'usr/local/bin'), { recursive: true });
cpSync(join(root, nodePackage, 'bin/node'), join(out, 'usr/local/bin/node'));
for (const path of others) if (!isNode(path)) copyPackage(path);
mkdirSync(join(app, nodePackage), { recursive: true });
for (const name of ['LICENSE', 'package.json']) cpSync(join(root, nodePackage, name), join(app, nodePackage, name));

/** As npm names it: older packages say it in another field than today's. */
function licenceOf({ license, licenses }) {
  const given = license ?? licenses?.map((one) => one.type ?? one).join(' OR ');
  return typeof given === 'string' ? given : given?.type;
}

const npmComponents = others.map((path) => {
  const manifest = readJson(path, 'package.json');
  return {
    type: 'library',
    'bom-ref': path,
    name: manifest.name,
    version: manifest.version,
    licenses: [{ expression: licenceOf(manifest) ?? SAID_ELSEWHERE[manifest.name] ?? 'NOASSERTION' }],
    purl: `pkg:npm/${manifest.name.replace('@', '%40')}@${manifest.version}`,
  };
});

const { name, version, license } = readJson('package.json');
const sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'application', 'bom-ref': name, name, version, licenses: [{ expression: license }] } },
  components: [...npmComponents, ...debianComponents(base)],
};
mkdirSync(dirname(join(app, 'sbom.json')), { recursive: true });
writeFileSync(join(app, 'sbom.json'), `${JSON.stringify(sbom, null, 1)}\n`);
const files = readdirSync(app, { recursive: true }).length;
process.stderr.write(`${npmComponents.length} packages, ${sbom.components.length} components, ${files} files\n`);
