/* How long files are. */

const MOST = 400;
const MOST_P95 = 250;

export function checkSizes(sources) {
  const sizes = sources.filter(({ isTest }) => !isTest).map(({ lines }) => lines);
  sizes.sort((a, b) => a - b);
  const at = (share) => sizes[Math.floor(sizes.length * share)] ?? 0;
  const figures = { files: sizes.length, median: at(0.5), p95: at(0.95), largest: sizes.at(-1) ?? 0 };
  const faults = sources
    .filter(({ lines }) => lines > MOST)
    .map(({ path, lines }) => ({ rule: 'file-size', path, message: `${lines} lines, at most ${MOST}` }));
  if (figures.p95 > MOST_P95)
    faults.push({ rule: 'file-size', path: '.', message: `p95 is ${figures.p95} lines, at most ${MOST_P95}` });
  return { figures, faults };
}
