#!/usr/bin/env node
/* The command `tidegate`, and `npm start`. Runs under any Node from 18 on and hands over to Node 24. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { handOver, prepare, ROOT } from '../../scripts/setup.mjs';

const read = (file) => JSON.parse(readFileSync(join(ROOT, 'cli', 'bin', file), 'utf8'));
const node = prepare();
// The data folder of this checkout, from whichever folder the command is given.
process.env.DATA_DIR ||= join(ROOT, '.data');
// glibc keeps what threads and peaks once needed unless told where to stop: 50 MB after scrubbing a few hundred texts.
for (const [name, value] of Object.entries(read('node-environment.json'))) process.env[name] ||= value;
handOver(node, [...read('node-flags.json'), join(ROOT, 'cli', 'dist', 'main.js'), ...process.argv.slice(2)]);
