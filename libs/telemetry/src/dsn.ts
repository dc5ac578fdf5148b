/** Where errors are sent. */
export interface Destination {
  url: string;
  key: string;
}

/** `https://key@host/path/project`; undefined when it is none. */
export function readDsn(dsn: string): Destination | undefined {
  if (!URL.canParse(dsn)) return undefined;
  const { protocol, username, host, pathname } = new URL(dsn);
  const parts = pathname.split('/');
  const project = parts.pop();
  if (!/^https?:$/.test(protocol) || !username || !project) return undefined;
  return { url: `${protocol}//${host}${parts.join('/')}/api/${project}/envelope/`, key: username };
}
