/*
 * JSON.parse silently keeps the last of two equal keys. Outside strings every colon belongs to one member of one
 * object, so a text with more colons than its value has keys contains a duplicate. Counting them costs less than
 * parsing; the duplicate key is searched for only then. Both functions expect a text that JSON.parse has accepted.
 */
const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;

/** Members of all objects in the text, repeated ones counted each time. */
export function countMembers(text: string): number {
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COLON) members += 1;
    else if (code === QUOTE) at = endOfString(text, at);
  }
  return members;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

/** By an odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}

interface Level {
  keys: Set<string> | undefined;
  /** The key or index that is being read. */
  at: string;
}

/** JSON pointer of the first duplicate key; empty when there is none. */
export function findRepeatedKey(text: string): string {
  const levels: Level[] = [];
  let last = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ keys: new Set(), at: '' });
    else if (token === '[') levels.push({ keys: undefined, at: '0' });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',' && level && !level.keys) level.at = String(Number(level.at) + 1);
    else if (token === ':' && level?.keys) {
      level.at = JSON.parse(last) as string;
      if (level.keys.has(level.at)) return levels.map(({ at }) => `/${at.slice(0, 100)}`).join('');
      level.keys.add(level.at);
    }
    last = token;
  }
  return '';
}
