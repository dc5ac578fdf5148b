/* `npm run test:browser`: the console in a browser. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bringChromium, HOW_TO_BRING_IT } from './bring-chromium.mjs';
import { fail, ROOT } from './setup.mjs';

if (!bringChromium()) fail('there is no Chromium', HOW_TO_BRING_IT);
process.exit(
  spawnSync(process.execPath, [join(ROOT, 'scripts', 'test.mjs'), 'e2e/one-process'], { cwd: ROOT, stdio: 'inherit' })
    .status ?? 1,
);
