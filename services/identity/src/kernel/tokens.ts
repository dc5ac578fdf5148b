import { createHash, randomBytes } from 'node:crypto';

/*
 * Tokens that people get by mail or hand on by themselves: 192 random bits, of which the database holds the SHA-256. A
 * slow hash would protect no better what nobody can guess.
 */
export const newToken = (): string => randomBytes(24).toString('base64url');

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
