/** `20261129T031500Z-9f3c`: when it was begun (UTC), and a word that tells two of one second apart. */
export const isBackupId = (text: string): boolean => /^\d{8}T\d{6}Z-[0-9a-f]{4}$/.test(text);

export const makeBackupId = (at: Date, word: string): string =>
  `${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${word}`;

export const timeOfId = (id: string): number =>
  Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6Z'));
