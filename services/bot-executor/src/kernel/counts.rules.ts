interface Counted {
  kind: string | null;
  count: number;
}

/** Once for a list, not for each of its pages. */
export const isCounted = ({ count, cursor }: { count: boolean; cursor?: string | undefined }): boolean =>
  count && cursor === undefined;

/** In all, and of each kind; what is of none is only in the total. */
export const countsOf = <Kind extends string>(
  kinds: readonly Kind[],
  rows: readonly Counted[],
): Record<Kind | 'total', number> => ({
  ...(Object.fromEntries(kinds.map((kind) => [kind, rows.find((row) => row.kind === kind)?.count ?? 0])) as Record<
    Kind,
    number
  >),
  total: rows.reduce((sum, { count }) => sum + count, 0),
});
