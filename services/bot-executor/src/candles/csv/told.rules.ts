/** Text of a stranger's file as it may stand in an answer and in the database: short, whole characters, none unseen. */
export const told = (text: string, most = 40): string =>
  text
    .slice(0, most)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFD]/gu, '');
