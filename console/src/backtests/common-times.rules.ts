interface Point {
  at: string;
  equity: string;
}

/** Two curves over one axis: where only one has a point the other goes on as it was, before its first it has none. */
export function onCommonTimes(one: readonly Point[], other: readonly Point[]) {
  const all = [...new Set([...one, ...other].map(({ at }) => Date.parse(at)))].sort((a, b) => a - b);
  return { instants: all, first: carried(one, all), second: carried(other, all) };
}

function carried(points: readonly Point[], instants: readonly number[]): (number | null)[] {
  let [next, value]: [number, number | null] = [0, null];
  return instants.map((at) => {
    for (let point = points[next]; point && Date.parse(point.at) <= at; point = points[next]) {
      value = Number(point.equity);
      next += 1;
    }
    // After its last point it has ended.
    return next === points.length && Date.parse(points.at(-1)?.at ?? '') < at ? null : value;
  });
}
