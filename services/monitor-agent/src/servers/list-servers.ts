import { Injectable } from '@nestjs/common';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { listServers } from '@tidegate/contracts/monitor-agent/server';
import { isUuid } from '@tidegate/database/ids';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { listServerRows, toWire } from './server.rows.ts';

@Injectable()
export class ListServers {
  @Handles(listServers)
  async handle({ input, tx }: Call<typeof listServers>) {
    const rows = await listServerRows(tx, input.limit + 1, input.cursor === undefined ? undefined : read(input.cursor));
    const items = rows.slice(0, input.limit).map(toWire);
    const last = items.at(-1);
    return rows.length > input.limit && last ? { items, nextCursor: write(last.name, last.id) } : { items };
  }
}

const write = (name: string, id: string): string => Buffer.from(JSON.stringify([name, id])).toString('base64url');

function read(cursor: string): [name: string, id: string] {
  try {
    const [name, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof name === 'string' && !name.includes('\0') && typeof id === 'string' && isUuid(id)) return [name, id];
  } catch {
    // Not even JSON: the same answer.
  }
  throw invalid('/cursor', 'cursor_unknown', 'Send the nextCursor of the page before, unchanged.');
}
