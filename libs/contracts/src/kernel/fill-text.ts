/** What stands in the braces of a text. */
export type Params = Readonly<Record<string, string | number>>;

/** A text with its values in place of the names in braces. */
export const filled = (text: string, params: Params = {}): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));

/** The values that were put into a text to make the message of it; undefined where it is a message of another text. */
export function valuesIn(text: string, message: string): Params | undefined {
  const literal = text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll(/\{(\w+)\}/g, '(?<$1>.+?)')}$`, 's').exec(message)?.groups;
}
