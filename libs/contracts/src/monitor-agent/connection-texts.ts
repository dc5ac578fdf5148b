/*
 * Why a server cannot be watched, in texts that name the cause and the fix, with what the customer gave in place of the braces. The
 * texts are ours alone: a server's answer may contain anything.
 */
export const CONNECTION_TEXTS = {
  host_not_allowed:
    'Connections to {host} are not allowed: it does not lead to a public address. An operator can allow private networks.',
  host_not_found: 'The host name {host} is unknown to DNS. Check its spelling.',
  connection_refused:
    'Nothing answers on {host} port {port}. Check the port, that PostgreSQL runs, and listen_addresses.',
  connect_timeout:
    "{host} port {port} did not answer in time. A firewall or security group probably drops the packets: allow this installation's address.",
  login_timeout:
    '{host} port {port} took the connection but did not let the role {user} in within the time. The server is overloaded, or something keeps log-ins waiting: a lock on pg_authid or pg_database, an authentication service (LDAP, RADIUS) that does not answer.',
  host_unreachable: 'There is no route to {host}. Check the address and the network between.',
  connection_lost: '{host} closed the connection. Look into the log of the server or of what stands before it.',
  tls_not_supported:
    'The server does not speak TLS. Turn on ssl in postgresql.conf, or choose tlsMode disable if the network between is yours.',
  tls_certificate_untrusted:
    'The server’s certificate is not signed by an authority that is trusted here. Give the authority’s certificate as tlsCa.',
  tls_certificate_expired: 'The server’s certificate has expired or is not valid yet. Renew it.',
  tls_host_mismatch:
    'The server’s certificate is not made for {host}. Use the name in the certificate, or tlsMode verify-ca.',
  tls_failed:
    'TLS with the server failed: no protocol or cipher in common, or something in between speaks another protocol.',
  not_postgresql: 'What answers on {host} port {port} is not PostgreSQL. Check the port.',
  password_wrong:
    "Wrong password for the role {user}, or the role does not exist or has no password, or its password has expired: PostgreSQL does not tell which. SELECT rolvaliduntil FROM pg_roles tells about the last; ALTER ROLE … VALID UNTIL 'infinity' ends it. With clientcert=verify-full it answers the same to a client certificate with another name (CN) than the role’s.",
  login_refused:
    'The server does not let the role {user} in from here. Check pg_hba.conf, whether it demands TLS, and that the role exists and may log in.',
  client_certificate_needed:
    'The server demands a client certificate of the role {user} (cert, or clientcert= in pg_hba.conf). Give one as tlsCert with its key as tlsKey, and use TLS.',
  client_certificate_refused:
    'The server ended TLS when it was shown the client certificate of the role {user}: its ssl_ca_file does not have the authority that signed it, or the certificate has expired or was revoked (ssl_crl_file). Its log says which.',
  client_certificate_mismatch:
    'The client certificate is not one of the role {user}: the name in it (CN) has to be the role’s, or be mapped to it in pg_ident.conf.',
  password_needed:
    'The server asks for a password of the role {user}, and only a client certificate was given. Give the password as well, or let the role in with cert in pg_hba.conf.',
  cleartext_refused:
    'The server asks for the password in clear text over a connection that is not verified, so it was not sent. Use password_encryption scram-sha-256, or tlsMode verify-full.',
  md5_refused:
    'The server asks for the password as MD5 over a connection that is not verified. Whoever reads that can log in with it, so it was not sent. Set password_encryption = scram-sha-256 and give the role its password again, or use tlsMode verify-full.',
  scram_too_weak:
    'The server asks for SCRAM with fewer than 4096 rounds: whoever answers could guess the password from that, so it was not answered. Set scram_iterations = 4096 or more and give the role its password again.',
  tls_ca_needed:
    'tlsMode verify-ca takes any name, so any certificate that was ever bought would do. Give the authority that signs this server’s certificate as tlsCa, or use tlsMode verify-full.',
  authentication_unsupported:
    'The server asks for a way to log in that is not supported here. Use scram-sha-256 for this role in pg_hba.conf.',
  database_not_found: 'There is no database {database}.',
  database_forbidden: 'The role {user} may not connect to the database {database}: GRANT CONNECT ON DATABASE … TO ….',
  too_many_connections:
    'The server has no connection left for the role {user} (its CONNECTION LIMIT, the database’s, or max_connections). One is enough.',
  too_many_own_sessions:
    'Many sessions called tidegate are open on that server already, so none was added. Does more than one installation watch it?',
  session_unsafe:
    'What answers does not keep to the settings that make a session safe (search_path, read only, time-outs), so it was asked nothing. Give the address of the server itself, and look at what stands before it.',
  starting_up: 'The server is starting, shutting down or recovering and takes no connections yet.',
  pooler:
    'A connection pooler (such as PgBouncer) answers instead of PostgreSQL. Give the address of the server itself: behind a pooler sessions are not one’s own.',
  version_unsupported: 'The server is older than PostgreSQL 13. Upgrade it to be able to watch it.',
  answer_too_large: 'The server’s answer was larger than anything expected, so the connection was closed.',
  answer_malformed:
    'What answers on {host} port {port} does not keep to PostgreSQL’s protocol, so the connection was closed. Give the address of the server itself, and look at what stands before it.',
  answer_unusable:
    'The server’s answers contradict themselves or hold what PostgreSQL cannot, so they were not stored. Give the address of the server itself, and look at what stands before it.',
  answer_timeout: 'The server did not answer a query in time. It may be overloaded.',
  server_error: 'The server refused a query that was not expected to fail.',
} as const satisfies Record<string, string>;
