#!/usr/bin/env node
/* The command `tidegate`, and `npm start`. Runs under any Node from 20 on and hands over to Node 24. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { handOver, prepare, ROOT } from '../../scripts/setup.mjs';

const node = prepare();
// The data folder of this checkout, from whichever folder the command is given.
process.env.DATA_DIR ||= join(ROOT, '.data');
handOver(node, [
  ...JSON.parse(readFileSync(join(ROOT, 'cli', 'bin', 'node-flags.json'), 'utf8')),
  join(ROOT, 'cli', 'dist', 'main.js'),
  ...process.argv.slice(2),
]);
