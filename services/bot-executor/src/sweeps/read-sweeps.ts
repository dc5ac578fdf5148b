import { Controller } from '@nestjs/common';
import {
  getSweep,
  listSweepResults,
  listSweeps,
  type SweepDetail,
  SweepStatus,
} from '@tidegate/contracts/bot-executor/sweeps';
import { orNotFound, pageOf, readCursor, slicePage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countsOf, isCounted } from '../kernel/counts.rules.ts';
import { inOrder } from './rank.rules.ts';
import {
  countSweeps,
  findEveryResult,
  findResults,
  findSweep,
  listSweepRows,
  type SweepResults,
  toWire,
} from './sweep.rows.ts';

@Controller()
export class ReadSweeps {
  @Handles(listSweeps)
  async list({ input, tx }: OperationContext<typeof listSweeps>) {
    const [after] = readCursor(input.cursor, 'uuid') ?? [];
    const rows = await listSweepRows(tx, input, input.limit + 1, after);
    const counts = isCounted(input) ? countsOf(SweepStatus.options, await countSweeps(tx, input)) : null;
    return { ...pageOf(rows, input.limit, toWire, ({ id }) => [id]), counts };
  }

  @Handles(getSweep)
  async get({ input, tx }: OperationContext<typeof getSweep>): Promise<SweepDetail> {
    const row = orNotFound(await findSweep(tx, input.sweepId));
    const { results, gaps = null, windows, outOfSample } = (await findResults(tx, row.id)) ?? NOTHING_YET;
    return { ...toWire(row), results, gaps, windows, outOfSample };
  }

  @Handles(listSweepResults)
  async results({ input, tx }: OperationContext<typeof listSweepResults>) {
    return slicePage(inOrder(orNotFound(await findEveryResult(tx, input.sweepId)), input.sort), input);
  }
}

const NOTHING_YET: SweepResults = { results: [], windows: [], outOfSample: null };
