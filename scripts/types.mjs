/* `node scripts/types.mjs FOLDER…`: the compiler over packages with their tests. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ONE_CHECKER, ROOT } from './setup.mjs';

const folders = process.argv.slice(2);
const config = join(ROOT, 'dist', 'types', `${folders.length > 1 ? 'several' : folders[0].replaceAll('/', '-')}.json`);
mkdirSync(join(ROOT, 'dist', 'types'), { recursive: true });
writeFileSync(
  config,
  JSON.stringify({
    extends: join(ROOT, 'tsconfig.tests.json'),
    include: folders.flatMap((folder) => ['*.ts', 'src', 'test'].map((part) => join(ROOT, folder, part))),
  }),
);
const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', config, ...ONE_CHECKER], { stdio: 'inherit' });
process.exit(status ?? 1);
