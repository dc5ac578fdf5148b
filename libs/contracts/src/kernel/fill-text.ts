/** What stands in the braces of a text. */
export type Params = Readonly<Record<string, string | number>>;

/** A text with its values in place of the names in braces. */
export const filled = (text: string, params: Params = {}): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
