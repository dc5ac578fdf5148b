/* Fields of RFC 4180, for every table that is written here. */

/** What a spreadsheet would compute when it opens the file: it begins with one of these, after any blanks that it would skip; full-width ones too. */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

export const isFormula = (text: string): boolean => FORMULA.test(text);

/** Text that a spreadsheet would take for a formula, as the text that it is. */
export const asText = (text: string): string => `'${text}`;

/** Quoted where it has to be. */
export const csvField = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

export const csvLine = (fields: readonly string[]): string => `${fields.join(',')}\r\n`;
