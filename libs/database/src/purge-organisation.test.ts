import { childrenFirst } from './purge-organisation.ts';

test('no table comes before one that refers to it', () => {
  const references = [
    { child: 'fills', parent: 'orders' },
    { child: 'orders', parent: 'trades' },
    { child: 'fills', parent: 'trades' },
    { child: 'trades', parent: 'bots' },
    { child: 'elsewhere', parent: 'bots' },
  ];
  const order = childrenFirst(['bots', 'trades', 'leases', 'orders', 'fills'], references);
  expect([...order].sort()).toEqual(['bots', 'fills', 'leases', 'orders', 'trades']);
  for (const { child, parent } of references) {
    if (order.includes(child)) expect(order.indexOf(child)).toBeLessThan(order.indexOf(parent));
  }
});
