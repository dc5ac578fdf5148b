import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';
import { IndexFinding } from './index-findings.ts';
import { Count, Range, serverRange } from './range.ts';
import { Index, Table } from './relations.ts';

const Named = (description: string) => z.string().min(1).max(63).meta({ description });

export const showTable = operation({
  service: 'monitor-agent',
  name: 'servers.table',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/table'],
  scope: 'servers:read',
  summary: 'One table: its work in the range, its indexes with what is wrong with them, and how it grew',
  input: z.strictObject({
    ...serverRange,
    database: Named('Database of the table'),
    schema: Named('Schema of the table'),
    table: Named('Name of the table'),
  }),
  output: z.object({
    range: Range,
    table: Table,
    indexes: z.array(Index),
    findings: z.array(IndexFinding),
    growth: z
      .array(z.object({ at: Timestamp, heapBytes: Count, indexBytes: Count, liveRows: Count, deadRows: Count }))
      .meta({
        description:
          'Days on which its size was another one than before, for as long as the plan keeps history, and now; of a ' +
          'partitioned table all partitions together',
      }),
  }),
});
