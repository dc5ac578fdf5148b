/* Whatever a test file opened ends with it, also when a test failed; what was opened last ends first. */
const open: (() => Promise<void>)[] = [];

/** Answers how to end it sooner; ended once. */
export function closing(close: () => unknown): () => Promise<void> {
  const once = async () => {
    const index = open.indexOf(once);
    if (index < 0) return;
    open.splice(index, 1);
    await close();
  };
  open.push(once);
  return once;
}

/** What cannot be closed keeps nothing else open; the first reason is thrown. */
export async function closeAll(): Promise<void> {
  const errors: unknown[] = [];
  for (let last = open.at(-1); last; last = open.at(-1)) await last().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
