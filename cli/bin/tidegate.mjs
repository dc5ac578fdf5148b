#!/usr/bin/env node
/* The command `tidegate`, and `npm start`. Runs under any Node from 20 on and hands over to Node 24. */
import { join } from 'node:path';
import { handOver, prepare, ROOT } from '../../scripts/setup.mjs';

const node = prepare();
const memory = ['--max-semi-space-size=4', '--max-old-space-size=512'];
handOver(node, [
  ...memory,
  '--enable-source-maps',
  '--no-warnings',
  join(ROOT, 'cli', 'dist', 'main.js'),
  ...process.argv.slice(2),
]);
