import { Injectable } from '@nestjs/common';
import { getSweep, listSweeps, type SweepDetail } from '@tidegate/contracts/bot-executor/sweeps';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { idCursor, pageOf, present } from '../bots/present.ts';
import { findResults, findSweep, listSweepRows, toWire } from './sweep.rows.ts';

@Injectable()
export class ReadSweeps {
  @Handles(listSweeps)
  async list({ input, tx }: Call<typeof listSweeps>) {
    const rows = await listSweepRows(tx, input.limit, idCursor(input.cursor));
    return pageOf(rows, input.limit, toWire, ({ id }) => id);
  }

  @Handles(getSweep)
  async get({ input, tx }: Call<typeof getSweep>): Promise<SweepDetail> {
    const row = present(await findSweep(tx, input.sweepId));
    const { results, windows, outOfSample } = (await findResults(tx, row.id)) ?? NOTHING_YET;
    return { ...toWire(row), results, windows, outOfSample };
  }
}

const NOTHING_YET = { results: [], windows: [], outOfSample: null };
