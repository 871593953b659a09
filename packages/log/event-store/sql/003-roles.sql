-- One role per service. A role reads the whole log (personal data in it is sealed) and appends to its own categories only,
-- through the function: no role may write a table. Roles belong to the server, so another database may have made them.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['huimin_registry', 'huimin_startup_lending', 'huimin_bank_gateway', 'huimin_ledger', 'huimin_statements', 'huimin_platform'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this server was migrated at the same moment
      END;
    END IF;
    -- The all-in-one process logs in as the owner and then works as one of the roles.
    IF NOT pg_has_role(current_user, v_role, 'SET') THEN
      EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', v_role);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA log TO %I', v_role);
    EXECUTE format('GRANT SELECT ON log.head, log.stream_head, log.event, log.command_key, log.append_grant TO %I', v_role);
  END LOOP;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA log FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.append, log.read_streams, log.ensure_partitions
  TO huimin_registry, huimin_startup_lending, huimin_bank_gateway, huimin_ledger, huimin_statements, huimin_platform;

INSERT INTO log.append_grant (role, category) VALUES
  (current_user, '*'), -- the owner: migrations, the command line, tests
  ('huimin_platform', '*'),
  ('huimin_registry', 'village'),
  ('huimin_registry', 'household'),
  ('huimin_registry', 'person'),
  ('huimin_registry', 'enterprise'),
  ('huimin_registry', 'bank'),
  ('huimin_registry', 'proposal'),
  ('huimin_startup_lending', 'credit'),
  ('huimin_startup_lending', 'loan'),
  ('huimin_startup_lending', 'subsidy'),
  ('huimin_startup_lending', 'claim'),
  ('huimin_startup_lending', 'subsidy-fund'),
  ('huimin_startup_lending', 'policy'),
  ('huimin_startup_lending', 'proposal'),
  ('huimin_bank_gateway', 'credit'),
  ('huimin_bank_gateway', 'loan'),
  ('huimin_bank_gateway', 'subsidy'),
  ('huimin_bank_gateway', 'claim'),
  ('huimin_ledger', 'period'),
  ('huimin_ledger', 'policy'),
  ('huimin_ledger', 'subsidy-fund'),
  ('huimin_ledger', 'proposal'),
  ('huimin_statements', 'statement'),
  ('huimin_statements', 'proposal');
