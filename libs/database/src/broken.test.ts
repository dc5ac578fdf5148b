import { isBroken } from './broken.ts';

const coded = (code: string | undefined) => Object.assign(new Error('x'), { code });

test('a connection is used again only after what the server itself said of a statement', () => {
  for (const code of ['23505', '40P01', 'P0001', 'TG410', '57014', 'XX000']) {
    expect([code, isBroken(coded(code))]).toEqual([code, false]);
  }
  // Of five capitals as well: what the system says of a socket.
  for (const code of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', undefined, '08006', '57P01', '25P03', '25006']) {
    expect([code, isBroken(coded(code))]).toEqual([code, true]);
  }
});
