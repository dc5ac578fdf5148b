import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Candle, CandleInterval, CandleReport, importCandles } from './candles.ts';

export const previewImport = operation({
  service: 'bot-executor',
  name: 'candles.preview-import',
  http: ['POST', '/api/v1/candles/import-preview'],
  scope: 'bots:read',
  summary: 'How a candle file would be understood; nothing is stored',
  description:
    'The same reading as of an import. Of a larger file send the beginning, up to the end of a line: `report` covers ' +
    'what was sent.',
  input: importCandles.input,
  output: z.object({
    market: z.string(),
    interval: CandleInterval,
    importable: z.boolean(),
    faults: z
      .array(z.object({ code: z.string(), message: z.string() }))
      .meta({ description: 'Why it would be refused' }),
    report: CandleReport,
    first: z.array(Candle).meta({ description: 'The first 5 candles as they would be stored' }),
  }),
  errors: [notFound],
  readonly: true,
  status: 200,
  deadlineMs: 30_000,
});
