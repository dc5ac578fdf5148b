/** What stands in the braces of a text. */
export type Params = Readonly<Record<string, string | number>>;

/** A text with its values in place of the names in braces. */
export const filled = (text: string, params: Params = {}): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));

/** Of several texts the first that a message was made of, and the values that were put into it. */
export function textOf(texts: readonly string[], message: string): { text: string; values: Params } | undefined {
  for (const text of texts) {
    const values = text.includes('{') ? valuesIn(text, message) : undefined;
    if (values) return { text, values };
  }
  return undefined;
}

/** The values that were put into a text to make the message of it; undefined where it is a message of another text. */
export function valuesIn(text: string, message: string): Params | undefined {
  const literal = text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll(/\{(\w+)\}/g, '(?<$1>.+?)')}$`, 's').exec(message)?.groups;
}
