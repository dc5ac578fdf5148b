/* What the tests need besides our own code: nats-server, and PostgreSQL's libraries linked. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNatsServer } from '../cli/dist/nats-tool.js';
import { postgresBinaries } from '../libs/runtime/dist/embedded/postgres-binaries.js';
import { ROOT } from './setup.mjs';

const data = join(ROOT, '.data');
mkdirSync(data, { recursive: true, mode: 0o700 });
await ensureNatsServer(data);
postgresBinaries(undefined);
