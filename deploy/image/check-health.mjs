/*
 * The image's health check: whether this process is ready. Node runs it, because the image needs no other program. A port
 * may be named, of a process that hosts no role.
 */
const { PORT = '3000', HEALTH_PORT, ROLES = 'all' } = process.env;
const hasGateway = ROLES === 'all' || ROLES.split(',').some((role) => role.trim() === 'gateway');
const port = process.argv[2] ?? (hasGateway ? PORT : HEALTH_PORT);
const url = `http://127.0.0.1:${port}/health/ready`;
const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch((error) => ({
  why: error.cause?.code ?? error.message,
}));
if (!answer.ok) {
  process.stderr.write(`${url}: ${answer.why ?? `${answer.status} ${await answer.text()}`}\n`);
  process.exit(1);
}
