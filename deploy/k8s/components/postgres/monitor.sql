-- At the first start, by the image: the role with which Tidegate watches its own database (pg_monitor reads no tables).
\getenv password MONITOR_PLATFORM_PASSWORD
set password_encryption = 'scram-sha-256';
create role tidegate_monitor login connection limit 5 password :'password' in role pg_monitor;
create extension pg_stat_statements;
