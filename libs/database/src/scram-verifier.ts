import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';

const ITERATIONS = 4_096;

/**
 * What PostgreSQL stores for a SCRAM-SHA-256 password (RFC 5803). Statements contain this and never a password: they
 * appear in the server's log and in pg_stat_statements, which every monitoring role can read.
 */
export function makeVerifier(password: string, salt = randomBytes(16), iterations = ITERATIONS): string {
  const salted = pbkdf2Sync(prepared(password), salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}

export function matchesVerifier(verifier: string, password: string): boolean {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier) ?? [];
  return salt !== undefined && makeVerifier(password, Buffer.from(salt, 'base64'), Number(iterations)) === verifier;
}

/** Sets the role's password unless it already has it. Where that cannot be read it is set again. */
export async function setPassword(client: pg.ClientBase, role: string, password: string): Promise<void> {
  const { rows } = await client.query<{ readable: boolean }>(
    "select has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'select') as readable",
  );
  if (rows[0]?.readable) {
    const known = await client.query<{ rolpassword: string | null }>(
      'select rolpassword from pg_authid where rolname = $1',
      [role],
    );
    if (matchesVerifier(known.rows[0]?.rolpassword ?? '', password)) return;
  }
  const verifier = pg.escapeLiteral(makeVerifier(password));
  await client.query(`alter role ${pg.escapeIdentifier(role)} password ${verifier}`);
}

/** SASLprep (RFC 4013), as the server does it with a password that it is given. */
function prepared(password: string): string {
  return password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replace(/\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200c\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/g, '')
    .normalize('NFKC');
}
