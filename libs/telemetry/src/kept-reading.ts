/** Reads for whoever asks within `ms` of the last reading; a failure is not kept. For metrics that come from one answer. */
export function keptReading<T>(read: () => Promise<T>, ms: number): () => Promise<T> {
  let latest: { at: number; answer: Promise<T> } | undefined;
  return () => {
    if (!latest || performance.now() - latest.at > ms) {
      const reading = { at: performance.now(), answer: read() };
      latest = reading;
      reading.answer.catch(() => {
        if (latest === reading) latest = undefined;
      });
    }
    return latest.answer;
  };
}
