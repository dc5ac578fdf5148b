/*
 * PostgreSQL keeps the texts of statements in one file and reads all of it for every query of a text, however few
 * are wanted. So texts are asked for rarely and many at once, and not at all where that file has grown huge: reading
 * 500 MB again and again has cost others their customers' memory (monitoring.md 3.2).
 */
export const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** Room for new statements is made by a twentieth at a time: where fewer are left, many were reset, and their texts went. */
export const wereReset = (before: number, now: number): boolean => now < before * 0.9;

/** In this much text nobody notices the reading: a new server's statements need not wait ten minutes for their texts. */
export const CHEAP_TEXT_BYTES = 4 * 1024 * 1024;

export const MAX_TEXTS_PER_RUN = 5_000;
/** What one query brings over the wire. */
export const MAX_BYTES_PER_RUN = 16 * 1024 * 1024;
