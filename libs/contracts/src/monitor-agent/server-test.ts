import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { ConnectionFields } from './server.ts';
import { ServerCheck } from './server-check.ts';

export const ServerReport = z
  .object({
    ok: z.boolean().meta({ description: 'No check of severity error or warning failed' }),
    usable: z.boolean().meta({ description: 'No check of severity error failed: something can be collected' }),
    version: z.string().nullable(),
    takenAt: Timestamp,
    checks: z.array(ServerCheck),
  })
  .meta({ id: 'ServerReport' });
export type ServerReport = z.infer<typeof ServerReport>;

const description =
  'Connects once and runs the queries that the collector runs; nothing is stored or changed. Every ' +
  'check says what is missing and, where SQL can mend it, the SQL.';

export const testNewServer = operation({
  service: 'monitor-agent',
  name: 'servers.test-new',
  http: ['POST', '/api/v1/servers/test'],
  scope: 'servers:write',
  summary: 'Test a connection before adding it',
  description,
  input: z.strictObject(ConnectionFields).meta({ id: 'NewServerTest' }),
  output: ServerReport,
  status: 200,
  // Waits for somebody else's server: no transaction of ours may be open meanwhile.
  readonly: true,
  deadlineMs: 20_000,
});

export const testServer = operation({
  service: 'monitor-agent',
  name: 'servers.test',
  http: ['POST', '/api/v1/servers/{serverId}/test'],
  scope: 'servers:write',
  summary: 'Test the connection of a watched server',
  description,
  input: z.strictObject({ serverId: Id }),
  output: ServerReport,
  status: 200,
  // Waits for somebody else's server: no transaction of ours may be open meanwhile.
  readonly: true,
  deadlineMs: 20_000,
});
