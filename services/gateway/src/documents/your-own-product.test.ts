import '@tidegate/contracts/all';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ingestUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { closing } from '@tidegate/testing/closing';
import { GatewayWorld } from '../../test/fixture.ts';

/* The examples of docs/plans-and-usage.md, run as they stand there. */
const run = promisify(execFile);
const text = readFileSync('docs/plans-and-usage.md', 'utf8');
const example = (language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(text)?.[1] ?? '';

let world: GatewayWorld;
let dir: string;
let taken: { events: unknown[] }[];
beforeAll(async () => {
  world = await GatewayWorld.start();
  dir = mkdtempSync(join(tmpdir(), 'tidegate-examples-'));
  closing(() => rmSync(dir, { recursive: true, force: true }));
});
beforeEach(() => {
  taken = [];
  world.neighbours.on(ingestUsage, (input) => {
    taken.push(input);
    return { accepted: input.events.length, duplicates: 0, rejected: [] };
  });
});
afterAll(() => world.stop());

async function start(command: string, ...args: string[]): Promise<void> {
  const key = world.accounts.newServiceKey(['usage:write']);
  await run(command, args, {
    cwd: dir,
    env: { PATH: process.env['PATH'], TIDEGATE_URL: world.url, TIDEGATE_SERVICE_KEY: key },
  });
}
const reported = (subject: string) => [
  {
    force: false,
    events: [
      expect.objectContaining({
        id: 'report-1',
        type: 'reports',
        subject,
        time: expect.stringMatching(/^2026-11-20T1(0:00:00(\.000)?Z|1:00:00\+01:00)$/),
        data: { quantity: 3 },
      }),
    ],
  },
];

test('the example in TypeScript reports usage', async () => {
  const org = newId();
  writeFileSync(join(dir, 'report.ts'), example('ts'));
  writeFileSync(
    join(dir, 'main.ts'),
    `import { report } from './report.ts';\nawait report('${org}', 'report-1', new Date('2026-11-20T10:00:00Z'), 3);\n`,
  );
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  await start(process.execPath, '--no-warnings', '--experimental-strip-types', 'main.ts');
  expect(taken).toEqual(reported(org));
});

const hasPython = await run('python3', ['--version']).then(
  () => true,
  () => false,
);
test.runIf(hasPython)('the example in Python reports usage', async () => {
  const org = newId();
  writeFileSync(join(dir, 'report.py'), example('python'));
  const at = 'datetime(2026, 11, 20, 11, 0, tzinfo=timezone(timedelta(hours=1)))';
  const main = `from report import report\nfrom datetime import *\nreport('${org}', 'report-1', ${at}, 3)\n`;
  writeFileSync(join(dir, 'main.py'), main);
  await start('python3', 'main.py');
  expect(taken).toEqual(reported(org));
});
