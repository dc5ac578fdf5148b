/** What the figures of a statement say about it, with numbers in place of the braces. */
export const STATEMENT_TEXTS = {
  regressed:
    'A call takes {now} ms; it took {before} ms in the period before. Look at its plan: statistics, an index that is gone, or more rows.',
  tempFiles: 'It wrote {blocks} blocks a call to temporary files: a sort or hash needs more than work_mem.',
  cold: 'Only {percent} % of its blocks were found in memory: it reads much, or what others do not read.',
  planning: 'Planning takes longer than running it: prepare it once, or let it touch fewer partitions.',
  manyRows: 'A call gives {rows} rows: does somebody read all of them?',
} as const;
