/** How much more than before, as a share of it; null where there is no basis. */
export const changeOf = (now: number | null | undefined, before: number | null | undefined): number | null =>
  now == null || before == null || before === 0 ? null : now / before - 1;
