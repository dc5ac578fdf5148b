/* `node scripts/with-node.mjs FILE …`: prepares the checkout and runs FILE under Node 24. */
import { handOver, prepare } from './setup.mjs';

const [file, ...args] = process.argv.slice(2);
handOver(prepare(), ['--enable-source-maps', file, ...args]);
