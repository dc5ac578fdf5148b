/** An instant so many days from now, to the minute: a request that is sent again is the same one. */
export function inDays(days: number): string {
  const at = new Date(Date.now() + days * 86_400_000);
  at.setSeconds(0, 0);
  return at.toISOString();
}
