const STEP_MS = 250;

/**
 * Does it after this much time, of which a stretch in which the event loop was busy counts as one step: a process that
 * did not look could not have seen the answer. Answers how to call it off.
 */
export function afterAwake(ms: number, then: () => void): () => void {
  let left = ms;
  const step = (): NodeJS.Timeout => {
    const wait = Math.min(STEP_MS, left);
    return setTimeout(() => {
      left -= wait;
      // What arrived meanwhile is read before the last word is spoken.
      if (left > 0) timer = step();
      else immediate = setImmediate(then);
    }, wait);
  };
  let immediate: NodeJS.Immediate | undefined;
  let timer = step();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
