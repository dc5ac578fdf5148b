import { isBroken } from './broken.ts';

const coded = (code: string | undefined) => Object.assign(new Error('x'), { code });

test('a connection is reused only after errors that the server itself reported about a statement', () => {
  for (const code of ['23505', '40P01', 'P0001', 'TG410', '57014', 'XX000']) {
    expect([code, isBroken(coded(code))]).toEqual([code, false]);
  }
  // Also five capitals: an error of the system about a socket.
  for (const code of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', undefined, '08006', '57P01', '25P03', '25006']) {
    expect([code, isBroken(coded(code))]).toEqual([code, true]);
  }
});
