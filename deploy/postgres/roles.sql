-- What the monitor needs before it can make its schema: the owner of the tables, the role that may only add,
-- and the database. Run by the postgres image at its first start; by a person elsewhere:
--   KEZEK_OWNER_PASSWORD=… KEZEK_MONITOR_PASSWORD=… psql -U postgres -f deploy/postgres/roles.sql   (psql 14 or newer)

\set ON_ERROR_STOP on
\getenv owner_password KEZEK_OWNER_PASSWORD
\getenv monitor_password KEZEK_MONITOR_PASSWORD

CREATE ROLE kezek_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE kezek_monitor LOGIN PASSWORD :'monitor_password';
CREATE DATABASE kezek OWNER kezek_owner;
REVOKE ALL ON DATABASE kezek FROM PUBLIC;
GRANT CONNECT ON DATABASE kezek TO kezek_monitor;
