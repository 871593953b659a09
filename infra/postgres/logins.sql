-- One login per service, which works as the service's role from its first statement on. Run once by an administrator
-- after `huimin migrate`; the passwords come as psql variables (see README.md) and are not kept here.
\set ON_ERROR_STOP on
BEGIN;
CREATE ROLE huimin_registry_login LOGIN NOINHERIT PASSWORD :'registry' IN ROLE huimin_registry;
CREATE ROLE huimin_startup_lending_login LOGIN NOINHERIT PASSWORD :'startup_lending' IN ROLE huimin_startup_lending;
CREATE ROLE huimin_bank_gateway_login LOGIN NOINHERIT PASSWORD :'bank_gateway' IN ROLE huimin_bank_gateway;
CREATE ROLE huimin_ledger_login LOGIN NOINHERIT PASSWORD :'ledger' IN ROLE huimin_ledger;
CREATE ROLE huimin_statements_login LOGIN NOINHERIT PASSWORD :'statements' IN ROLE huimin_statements;
CREATE ROLE huimin_platform_login LOGIN NOINHERIT PASSWORD :'platform' IN ROLE huimin_platform;
ALTER ROLE huimin_registry_login SET role = 'huimin_registry';
ALTER ROLE huimin_startup_lending_login SET role = 'huimin_startup_lending';
ALTER ROLE huimin_bank_gateway_login SET role = 'huimin_bank_gateway';
ALTER ROLE huimin_ledger_login SET role = 'huimin_ledger';
ALTER ROLE huimin_statements_login SET role = 'huimin_statements';
ALTER ROLE huimin_platform_login SET role = 'huimin_platform';
COMMIT;
