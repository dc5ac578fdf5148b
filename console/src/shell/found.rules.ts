export interface Entry {
  id: string;
  /** What it is: page, server, bot, action. */
  kind: string;
  text: string;
  /** Looked at besides the text. */
  also?: string;
  act: () => void;
}

/** Beyond it nobody reads. */
const MOST = 50;

/** Entries that have every word, those first whose text begins with it, then those with a word that does. */
export function found(entries: readonly Entry[], asked: string): Entry[] {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = entries.flatMap((entry) => {
    const text = entry.text.toLowerCase();
    const all = `${text} ${entry.kind.toLowerCase()} ${entry.also?.toLowerCase() ?? ''}`;
    if (!words.every((word) => all.includes(word))) return [];
    const [first = ''] = words;
    return [
      {
        entry,
        rank: text.startsWith(first) ? 0 : text.split(/[\s\-_.]/).some((part) => part.startsWith(first)) ? 1 : 2,
      },
    ];
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ entry }) => entry);
}
