/** A place for backups: a folder, or a bucket of any S3-compatible store. Keys are paths of `[A-Za-z0-9._/-]`. */
export interface Store {
  /** How people call it; never with credentials. */
  readonly name: string;
  /** All of it or nothing: a key that can be read has the whole content. */
  put(key: string, content: Uint8Array): Promise<void>;
  /** Undefined when there is no such key. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Sorted. */
  list(prefix: string): Promise<Stored[]>;
  remove(key: string): Promise<void>;
}

export interface Stored {
  key: string;
  bytes: number;
}

/** What must be there: a key that was listed and is gone is damage. */
export async function fetchFrom(store: Store, key: string): Promise<Uint8Array> {
  const content = await store.get(key);
  if (!content)
    throw new Error(`${key} is missing in ${store.name}.\n  Fix: use another backup (npx tidegate backup list).`);
  return content;
}
