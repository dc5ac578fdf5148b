import { PostgresServer, VERSIONS } from '../../test/postgres-server.ts';
import { makeWatcher, watch } from '../../test/watched.ts';
import { bigintArray, boolArray, float8Array, oidArray, timestamptzArray } from './binary-arrays.ts';

test.each(VERSIONS)('PostgreSQL reads from binary arrays what was put in ($name)', async (binaries) => {
  const server = await PostgresServer.start(binaries);
  await makeWatcher(server);
  const connection = await watch(server);
  const [row] = await connection.rows(
    'select $1::oid[]::text, $2::int8[]::text, $3::bool[]::text, $4::float8[]::text, $5::timestamptz[]::text, $6::oid[]::text',
    [
      oidArray([0, 4_294_967_295]),
      bigintArray(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, -1n)),
      boolArray([1, 0]),
      float8Array([0.1, 1e300, -2.5]),
      timestamptzArray([946_684_800_000_000, 1_790_000_000_123_456, 1]),
      oidArray([]),
    ],
  );
  expect(row).toEqual([
    '{0,4294967295}',
    '{-9223372036854775808,9223372036854775807,-1}',
    '{t,f}',
    '{0.1,1e+300,-2.5}',
    '{"2000-01-01 00:00:00+00","2026-09-21 14:13:20.123456+00","1970-01-01 00:00:00.000001+00"}',
    '{}',
  ]);
  await connection.close();
  await server.stop();
});
