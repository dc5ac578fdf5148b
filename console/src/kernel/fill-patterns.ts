/*
 * Areas that lie on each other are told apart by how they are hatched, and not by their colour alone. The legend has the same patterns
 * (`time-chart.module.css`).
 */
export const PATTERNS = ['plain', 'rising', 'falling', 'level', 'upright', 'crossed', 'dotted'] as const;
export type Pattern = (typeof PATTERNS)[number];

export const patternOf = (index: number): Pattern => PATTERNS[index % PATTERNS.length] as Pattern;

const TILE = 8;
/** Lines of one tile, each from a point to another. */
const LINES: Record<Exclude<Pattern, 'plain' | 'dotted'>, readonly (readonly [number, number, number, number])[]> = {
  rising: [
    [-1, 1, 1, -1],
    [0, 8, 8, 0],
    [7, 9, 9, 7],
  ],
  falling: [
    [-1, 7, 1, 9],
    [0, 0, 8, 8],
    [7, -1, 9, 1],
  ],
  level: [[0, 4, 8, 4]],
  upright: [[4, 0, 4, 8]],
  crossed: [
    [0, 4, 8, 4],
    [4, 0, 4, 8],
  ],
};

/** What an area is filled with: its colour, cut by lines of what is behind it. */
export function hatched(pattern: Pattern, color: string, behind: string): string | CanvasPattern {
  if (pattern === 'plain') return color;
  const tile = document.createElement('canvas');
  tile.width = TILE * devicePixelRatio;
  tile.height = TILE * devicePixelRatio;
  const ctx = tile.getContext('2d');
  if (!ctx) return color;
  ctx.scale(devicePixelRatio, devicePixelRatio);
  ctx.fillStyle = color;
  ctx.fillRect(0, 0, TILE, TILE);
  ctx.strokeStyle = behind;
  ctx.fillStyle = behind;
  ctx.lineWidth = 1.5;
  if (pattern === 'dotted') {
    ctx.beginPath();
    ctx.arc(4, 4, 1.5, 0, 2 * Math.PI);
    ctx.fill();
  } else {
    for (const [fromX, fromY, toX, toY] of LINES[pattern]) {
      ctx.beginPath();
      ctx.moveTo(fromX, fromY);
      ctx.lineTo(toX, toY);
      ctx.stroke();
    }
  }
  return ctx.createPattern(tile, 'repeat') ?? color;
}
