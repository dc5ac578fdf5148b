import { ALL_VERSIONS, PostgresServer } from '../../../test/postgres-server.ts';
import { makeWatcher, watch } from '../../../test/watched.ts';
import { bigintArray, countArray, intArray, oidArray } from './binary-arrays.ts';

test.each(ALL_VERSIONS)('PostgreSQL reads from binary arrays what was put in ($name)', async (binaries) => {
  const server = await PostgresServer.start(binaries);
  await makeWatcher(server);
  const connection = await watch(server);
  const [row] = await connection.rows(
    'select $1::oid[]::text, $2::int8[]::text, $3::oid[]::text, $4::int4[]::text, $5::int8[]::text',
    [
      oidArray([0, 4_294_967_295]),
      bigintArray(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, -1n)),
      oidArray([]),
      intArray(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
      countArray(Float64Array.of(0, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1)),
    ],
  );
  expect(row).toEqual([
    '{0,4294967295}',
    '{-9223372036854775808,9223372036854775807,-1}',
    '{}',
    '{-2147483648,2147483647}',
    '{0,4294967295,4294967296,9007199254740991}',
  ]);
  await connection.close();
  await server.stop();
});
