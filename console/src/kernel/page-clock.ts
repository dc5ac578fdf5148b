/* What pages call now. In the demo time stands still where its data ends, or every page would be empty an hour later. */
let standing: number | undefined;

/** By how much the platform's clock is ahead of this machine's, where a slow answer is no explanation. */
let ahead = 0;
const NOTICED_MS = 60_000;

/** What happened is dated by the platform: by a clock that is wrong the last hour would be empty, or not over yet. */
export function compareClocks(serverTime: string): void {
  const difference = Date.parse(serverTime) - Date.now();
  ahead = Math.abs(difference) > NOTICED_MS ? difference : 0;
}

export const pageNow = (): number => standing ?? Date.now() + ahead;

export const isStandingStill = (): boolean => standing !== undefined;

/** null: time goes on. */
export function standStill(at: string | null | undefined): void {
  standing = at ? Date.parse(at) : undefined;
}
