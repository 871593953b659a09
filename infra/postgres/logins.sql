-- One login per service, which works as the service's role from its first statement on. Run once by an administrator
-- after `huimin migrate`; the passwords come as psql variables (see README.md) and are not kept here.
\set ON_ERROR_STOP on
BEGIN;
CREATE ROLE huimin_registry_login LOGIN NOINHERIT PASSWORD :'registry' IN ROLE huimin_registry;
CREATE ROLE huimin_startup_lending_login LOGIN NOINHERIT PASSWORD :'startup_lending' IN ROLE huimin_startup_lending;
CREATE ROLE huimin_enterprise_lending_login LOGIN NOINHERIT PASSWORD :'enterprise_lending' IN ROLE huimin_enterprise_lending;
CREATE ROLE huimin_pooled_lending_login LOGIN NOINHERIT PASSWORD :'pooled_lending' IN ROLE huimin_pooled_lending;
CREATE ROLE huimin_public_equity_login LOGIN NOINHERIT PASSWORD :'public_equity' IN ROLE huimin_public_equity;
CREATE ROLE huimin_social_partnership_login LOGIN NOINHERIT PASSWORD :'social_partnership' IN ROLE huimin_social_partnership;
CREATE ROLE huimin_dividends_login LOGIN NOINHERIT PASSWORD :'dividends' IN ROLE huimin_dividends;
CREATE ROLE huimin_risk_fund_login LOGIN NOINHERIT PASSWORD :'risk_fund' IN ROLE huimin_risk_fund;
CREATE ROLE huimin_bank_gateway_login LOGIN NOINHERIT PASSWORD :'bank_gateway' IN ROLE huimin_bank_gateway;
CREATE ROLE huimin_reconciliation_login LOGIN NOINHERIT PASSWORD :'reconciliation' IN ROLE huimin_reconciliation;
CREATE ROLE huimin_webhooks_login LOGIN NOINHERIT PASSWORD :'webhooks' IN ROLE huimin_webhooks;
CREATE ROLE huimin_ledger_login LOGIN NOINHERIT PASSWORD :'ledger' IN ROLE huimin_ledger;
CREATE ROLE huimin_statements_login LOGIN NOINHERIT PASSWORD :'statements' IN ROLE huimin_statements;
CREATE ROLE huimin_platform_login LOGIN NOINHERIT PASSWORD :'platform' IN ROLE huimin_platform;
ALTER ROLE huimin_registry_login SET role = 'huimin_registry';
ALTER ROLE huimin_startup_lending_login SET role = 'huimin_startup_lending';
ALTER ROLE huimin_enterprise_lending_login SET role = 'huimin_enterprise_lending';
ALTER ROLE huimin_pooled_lending_login SET role = 'huimin_pooled_lending';
ALTER ROLE huimin_public_equity_login SET role = 'huimin_public_equity';
ALTER ROLE huimin_social_partnership_login SET role = 'huimin_social_partnership';
ALTER ROLE huimin_dividends_login SET role = 'huimin_dividends';
ALTER ROLE huimin_risk_fund_login SET role = 'huimin_risk_fund';
ALTER ROLE huimin_bank_gateway_login SET role = 'huimin_bank_gateway';
ALTER ROLE huimin_reconciliation_login SET role = 'huimin_reconciliation';
ALTER ROLE huimin_webhooks_login SET role = 'huimin_webhooks';
ALTER ROLE huimin_ledger_login SET role = 'huimin_ledger';
ALTER ROLE huimin_statements_login SET role = 'huimin_statements';
ALTER ROLE huimin_platform_login SET role = 'huimin_platform';
-- The auditor's: it can become a role that reads, and has no right of its own.
CREATE ROLE huimin_auditor_login LOGIN NOINHERIT PASSWORD :'auditor';
GRANT huimin_auditor TO huimin_auditor_login WITH INHERIT FALSE, SET TRUE;
COMMIT;
