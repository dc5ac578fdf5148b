/*
 * `npm run pictures`: the pictures of README.md and docs/console.md. Starts a platform in a folder of its own, fills its demo
 * up to a fixed moment, and takes each page in both colours with a Chromium of this machine. Run again it makes the same
 * pictures. With PICTURES_OF=<data folder> it uses the demo of a running installation instead, for working on a page.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '@tidegate/testing/browser';
import { adminPassword, startPlatform } from '@tidegate/testing/platform';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'docs', 'pictures');
const MOST_BYTES = 150_000;
const QUALITIES = [86, 78, 68, 55];
const SIZE = { width: 1_280, height: 860 };
const DAY_MS = 86_400_000;
const READ = async ({ path, headers }) => (await fetch(path, { headers })).json();

const dataDir = process.env.PICTURES_OF ?? mkdtempSync(join(tmpdir(), 'tidegate-pictures-'));
const own = process.env.PICTURES_OF
  ? undefined
  : await startPlatform({ dataDir, env: { PLANS_FILE: join(ROOT, 'plans', 'tidegate.yaml') } });
const url = own?.url ?? `http://localhost:${JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')).port}`;
try {
  if (own) fill();
  await takeAll();
} finally {
  await own?.stop();
  if (own) rmSync(dataDir, { recursive: true, force: true });
}

/** Noon of the last working day that is over: the same on each machine until midnight. */
function fill() {
  let noon = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
  while ([0, 6].includes(new Date(noon).getUTCDay())) noon -= DAY_MS;
  const until = new Date(noon).toISOString();
  const args = ['--no-warnings', join(ROOT, 'cli', 'dist', 'main.js'), 'demo', '--fill', '--until', until];
  execFileSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, DATA_DIR: dataDir } });
}

/** Signs in as the operator, who may look at the demo. */
async function logIn(page) {
  await page.goto(url);
  await page.getByRole('textbox', { name: 'E-mail' }).fill('admin@localhost');
  await page.locator('input[type=password]').fill(adminPassword({ dataDir }));
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'The last hour' }).waitFor();
}

async function takeAll() {
  mkdirSync(FOLDER, { recursive: true });
  const browser = await openBrowser();
  try {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({
        viewport: SIZE,
        colorScheme,
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await logIn(page);
      const read = (path, headers = {}) => page.evaluate(READ, { path, headers });
      const { organisations } = await read('/api/v1/me');
      const demo = organisations.find((one) => one.demo);
      if (!demo) throw new Error('There is no demo: npx tidegate demo --fill');
      await page.goto(`${url}/o/${demo.id}`);
      await page.getByText('Demo data').waitFor();
      for (const [name, path] of Object.entries(await pagesOf(read, demo))) await take(page, name, path, colorScheme);
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

async function pagesOf(read, { id }) {
  const headers = { 'tidegate-organisation': id };
  const { items: servers } = await read('/api/v1/servers', headers);
  const shop = servers.find(({ name }) => name === 'shop primary').id;
  const statements = await read(
    `/api/v1/servers/${shop}/statements?search=o.total_cents&limit=1${range(servers)}`,
    headers,
  );
  const { items: bots } = await read('/api/v1/bots', headers);
  const bot = bots.find(({ name }) => name === 'BTC dips').id;
  const { items: sweeps } = await read('/api/v1/sweeps', headers);
  const sweep = sweeps.find(({ walkForward }) => walkForward === null).id;
  const home = `/o/${id}`;
  return {
    servers: `${home}/servers`,
    server: `${home}/servers/${shop}?range=24h`,
    statement: `${home}/servers/${shop}/statements/${statements.items[0].statementId}?range=30d`,
    bot: `${home}/bots/${bot}`,
    sweep: `${home}/sweeps/${sweep}`,
    usage: `${home}/usage`,
    plans: `${home}/plans`,
  };
}

function range(servers) {
  const to = Math.max(...servers.map(({ lastCollectedAt }) => Date.parse(lastCollectedAt)));
  return `&from=${new Date(to - DAY_MS).toISOString()}&to=${new Date(to).toISOString()}`;
}

async function take(page, name, path, colorScheme) {
  await page.goto(`${url}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // What is read after something else was read has its own place to wait for; charts are drawn once they are in sight.
  for (let quiet = 0; quiet < 5; ) {
    await page.waitForTimeout(200);
    quiet = (await page.getByLabel('Loading').count()) === 0 ? quiet + 1 : 0;
  }
  const session = await page.context().newCDPSession(page);
  for (const quality of QUALITIES) {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality });
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length > MOST_BYTES && quality !== QUALITIES.at(-1)) continue;
    writeFileSync(join(FOLDER, `${name}-${colorScheme}.webp`), bytes);
    process.stdout.write(`${name}-${colorScheme}.webp  ${Math.round(bytes.length / 1_000)} kB\n`);
    break;
  }
  await session.detach();
}
