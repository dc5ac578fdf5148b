/** Mean of some prices and their standard deviation, of all of them (not of a sample). */
export function spread(prices: readonly number[]): { mean: number; deviation: number } {
  const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
  const squares = prices.reduce((sum, price) => sum + (price - mean) * (price - mean), 0);
  return { mean, deviation: Math.sqrt(squares / prices.length) };
}

/** Bollinger bands: the mean of the last prices and so many standard deviations to both sides. */
export function bollinger(prices: readonly number[], deviations: number) {
  const { mean, deviation } = spread(prices);
  const [upper, lower] = [mean + deviations * deviation, mean - deviations * deviation];
  return { middle: mean, upper, lower, width: (upper - lower) / mean };
}
