export type Coding = 'br' | 'gzip';

const OURS: readonly Coding[] = ['br', 'gzip'];

/** The coding that a caller prefers of ours, by RFC 9110; undefined: as it is. Of equal ones the smaller. */
export function codingOf(accepted: string | undefined): Coding | undefined {
  if (!accepted) return undefined;
  const weights = new Map<string, number>();
  for (const one of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = one.split(';').map((part) => part.trim());
    const q = parameters.find((part) => part.startsWith('q='));
    weights.set(name, q ? Number(q.slice(2)) : 1);
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const best = OURS.toSorted((a, b) => weightOf(b) - weightOf(a))[0] as Coding;
  const asItIs = weights.get('identity') ?? 0;
  return weightOf(best) > 0 && weightOf(best) >= asItIs ? best : undefined;
}
