/** As much text of a file as a preview takes, up to the end of a line; compressed files are read through. */
const MOST = 800_000;

export interface Beginning {
  text: string;
  /** The preview covers all of it, so that it can be imported as text. */
  whole: boolean;
}

export async function beginningOf(file: Blob): Promise<Beginning> {
  const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const compressed = magic[0] === 0x1f && magic[1] === 0x8b;
  const bytes = compressed ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = bytes.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return { text: text + decoder.decode(), whole: true };
    text += decoder.decode(value, { stream: true });
    if (text.length > MOST) break;
  }
  await reader.cancel();
  return { text: text.slice(0, text.lastIndexOf('\n', MOST) + 1), whole: false };
}
