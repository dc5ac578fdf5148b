/* What pages call now. In the demo time stands still where its data ends, or every page would be empty an hour later. */
let standing: number | undefined;

export const pageNow = (): number => standing ?? Date.now();

export const isStandingStill = (): boolean => standing !== undefined;

/** null: time goes on. */
export function standStill(at: string | null | undefined): void {
  standing = at ? Date.parse(at) : undefined;
}
