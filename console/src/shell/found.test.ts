import { found } from './found.rules.ts';

const entries = [
  ['Servers', 'Page'],
  ['orders-db', 'Server', 'db.example.com'],
  ['Add a server', 'Action'],
  ['Border bot', 'Bot'],
].map(([text = '', kind = '', also]) => ({ id: text, kind, text, ...(also ? { also } : {}), act: () => {} }));

test.each([
  ['order', ['orders-db', 'Border bot']],
  ['server', ['Servers', 'Add a server', 'orders-db']],
  ['server add', ['Add a server']],
  ['EXAMPLE', ['orders-db']],
  ['nothing of it', []],
  ['', ['Servers', 'orders-db', 'Add a server', 'Border bot']],
])('"%s" finds %j', (asked, texts) => {
  expect(found(entries, asked).map(({ text }) => text)).toEqual(texts);
});
