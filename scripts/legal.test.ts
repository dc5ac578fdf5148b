import { readdirSync, readFileSync } from 'node:fs';

/* The legal templates say what they are, and what they say about the software is so. */
const FOLDER = 'docs/legal';
const read = (name: string) => readFileSync(`${FOLDER}/${name}`, 'utf8');

test('every template says that it is one, in its second line', () => {
  const templates = readdirSync(FOLDER).filter((name) => name !== 'README.md');
  expect(templates.length).toBeGreaterThan(3);
  for (const name of templates) expect(read(name).split('\n')[2]).toMatch(/^> \*\*Template/);
});

test('the cookies that are named are those that are set', () => {
  const code = readFileSync('services/gateway/src/access/session-cookies.ts', 'utf8');
  const set = [...code.matchAll(/'((?:__(?:Host|Secure)-)?tidegate-\w+)'/g)].map(([, name]) => name);
  const named = [...read('cookies.md').matchAll(/`((?:__(?:Host|Secure)-)?tidegate-\w+)`/g)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual([...new Set(set)].sort());
});
