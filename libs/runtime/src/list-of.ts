/** What a variable lists, separated by commas; none of it is empty. */
export const listOf = (text = ''): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
