-- Roles of the services of the other four models and of the chains that they share, with the categories each may append to.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['huimin_pooled_lending', 'huimin_enterprise_lending', 'huimin_public_equity', 'huimin_social_partnership', 'huimin_dividends', 'huimin_risk_fund', 'huimin_webhooks', 'huimin_reconciliation', 'huimin_auditor'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this server was migrated at the same moment
      END;
    END IF;
    IF NOT pg_has_role(current_user, v_role, 'SET') THEN
      EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', v_role);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA log TO %I', v_role);
    EXECUTE format('GRANT SELECT ON log.head, log.stream_head, log.event, log.command_key, log.append_grant TO %I', v_role);
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION log.append, log.read_streams, log.ensure_partitions
  TO huimin_pooled_lending, huimin_enterprise_lending, huimin_public_equity, huimin_social_partnership, huimin_dividends, huimin_risk_fund, huimin_webhooks, huimin_reconciliation;

-- 审计: reads everything and appends nowhere: it has no right to the function, and no category.
GRANT EXECUTE ON FUNCTION log.read_streams TO huimin_auditor;

INSERT INTO log.append_grant (role, category) VALUES
  -- 分贷统还: batches and the loans and credit files in them
  ('huimin_pooled_lending', 'batch'),
  ('huimin_pooled_lending', 'loan'),
  ('huimin_pooled_lending', 'credit'),
  ('huimin_pooled_lending', 'proposal'),
  -- 企贷增收: who carries which households (带贫), and the enterprise's own loans
  ('huimin_enterprise_lending', 'linkage'),
  ('huimin_enterprise_lending', 'linkage-household'),
  ('huimin_enterprise_lending', 'loan'),
  ('huimin_enterprise_lending', 'subsidy'),
  ('huimin_enterprise_lending', 'guarantee-fee'),
  ('huimin_enterprise_lending', 'proposal'),
  -- 政企联动 and asset income (资产收益)
  ('huimin_public_equity', 'equity-fund'),
  ('huimin_public_equity', 'equity'),
  ('huimin_public_equity', 'loss'),
  ('huimin_public_equity', 'proposal'),
  -- 社企共助
  ('huimin_social_partnership', 'donation'),
  ('huimin_social_partnership', 'party'),
  ('huimin_social_partnership', 'pairing'),
  ('huimin_social_partnership', 'workshop'),
  ('huimin_social_partnership', 'enterprise-fund'),
  ('huimin_social_partnership', 'beneficiary'),
  ('huimin_social_partnership', 'honour'),
  ('huimin_social_partnership', 'proposal'),
  -- 分红代发: pools, lists of entitlements, payout files
  ('huimin_dividends', 'dividend'),
  ('huimin_dividends', 'entitlement'),
  ('huimin_dividends', 'payout'),
  ('huimin_dividends', 'wrong-payout'),
  ('huimin_dividends', 'overpayment'),
  ('huimin_dividends', 'beneficiary'),
  ('huimin_dividends', 'asset'),
  ('huimin_dividends', 'land-right'),
  ('huimin_dividends', 'proposal'),
  -- 年终兑付: its plan and what people decide
  ('huimin_dividends', 'year-end'),
  -- 通知与证明 beside the yearly statement
  ('huimin_statements', 'notice'),
  -- 风险补偿
  ('huimin_risk_fund', 'risk-fund'),
  ('huimin_risk_fund', 'compensation'),
  ('huimin_risk_fund', 'risk-obligor'),
  ('huimin_risk_fund', 'insurance-claim'),
  ('huimin_risk_fund', 'breaker'),
  ('huimin_risk_fund', 'loan'),
  ('huimin_risk_fund', 'batch'),
  ('huimin_risk_fund', 'proposal'),
  -- The register's splits and merges divide stakes and payables; parties besides enterprises and banks
  ('huimin_registry', 'party'),
  -- access of banks: the gateway that is open to them may not give itself any
  ('huimin_registry', 'bank-client'),
  ('huimin_registry', 'bank-key'),
  ('huimin_registry', 'loan'),
  ('huimin_registry', 'entitlement'),
  ('huimin_registry', 'dividend'),
  ('huimin_registry', 'beneficiary'),
  ('huimin_registry', 'land-right'),
  ('huimin_registry', 'privacy'),
  -- 事件通知: endpoints of banks
  ('huimin_webhooks', 'webhook'),
  ('huimin_webhooks', 'proposal'),
  -- Messages of banks
  -- an enterprise's first drawing is noted under its four-party agreement
  ('huimin_bank_gateway', 'linkage'),
  ('huimin_bank_gateway', 'batch'),
  ('huimin_bank_gateway', 'dividend'),
  ('huimin_bank_gateway', 'entitlement'),
  ('huimin_bank_gateway', 'payout'),
  ('huimin_bank_gateway', 'wrong-payout'),
  ('huimin_bank_gateway', 'overpayment'),
  ('huimin_bank_gateway', 'compensation'),
  ('huimin_bank_gateway', 'risk-fund'),
  ('huimin_bank_gateway', 'risk-obligor'),
  ('huimin_bank_gateway', 'insurance-claim'),
  ('huimin_bank_gateway', 'equity'),
  ('huimin_bank_gateway', 'equity-fund'),
  ('huimin_bank_gateway', 'loss'),
  ('huimin_bank_gateway', 'beneficiary'),
  ('huimin_bank_gateway', 'donation'),
  -- 对账: which account stands for which, what people say of differences, closed days
  ('huimin_reconciliation', 'fund-account'),
  ('huimin_reconciliation', 'reconciliation'),
  ('huimin_reconciliation', 'proposal'),
  -- loans as a bank's own books have them
  ('huimin_bank_gateway', 'bank-portfolio'),
  -- files of banks and their account statements
  ('huimin_bank_gateway', 'bank-file'),
  ('huimin_bank_gateway', 'bank-statement');

-- A stream of these is one bank's: the first bank that an event of it names. The others have parts of several banks
-- (a household's credit file, a pool's dividends) or are the office's.
INSERT INTO log.bank_category (category) VALUES
  ('loan'), ('batch'), ('subsidy'), ('claim'), ('payout'), ('compensation'), ('risk-fund'), ('bank-file'), ('bank-statement');
