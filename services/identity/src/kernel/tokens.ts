import { createHash, randomBytes } from 'node:crypto';

/*
 * Tokens that people receive by mail or pass on themselves: 192 random bits, of which the database stores the SHA-256.
 * A slow hash would not protect better what nobody can guess.
 */
export const newToken = (): string => randomBytes(24).toString('base64url');

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
