-- Who has seen personal data in clear, of whom, and why (PIPL, domain 5.6). Appended to before the data is shown; never changed.
CREATE TABLE access_log (
  district text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  role text NOT NULL,
  subject_kind text NOT NULL CHECK (subject_kind IN ('household', 'search', 'payout-file', 'publicity', 'statement', 'statements', 'export')),
  subject text NOT NULL,
  fields text[] NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 2 AND 500),
  correlation text NOT NULL,
  -- where it went, and how many households were in it, when a list left the product: the register of exports
  place text,
  households integer,
  PRIMARY KEY (district, id)
);
CREATE INDEX access_log_subject ON access_log (district, subject_kind, subject, id);

-- Which households were in a list that was opened: each can be told who had its data.
CREATE TABLE access_household (
  district text NOT NULL,
  household text NOT NULL,
  access bigint NOT NULL,
  PRIMARY KEY (district, household, access),
  FOREIGN KEY (district, access) REFERENCES access_log (district, id) ON DELETE CASCADE
);
CREATE INDEX access_household_access ON access_household (district, access);

-- Never changed. No role may delete; the owner may when a line is older than three years (PIPL Art. 56), and not before.
CREATE FUNCTION access_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
    IF TG_TABLE_NAME = 'access_household' THEN
      IF NOT EXISTS (SELECT FROM access_log WHERE district = OLD.district AND id = OLD.access) THEN RETURN OLD; END IF;
    ELSIF OLD.at < now() - interval '3 years' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the access log is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER access_log_guard BEFORE UPDATE OR DELETE ON access_log FOR EACH ROW EXECUTE FUNCTION access_log_refuse_change();
CREATE TRIGGER access_log_guard_truncate BEFORE TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION access_log_refuse_change();
CREATE TRIGGER access_household_guard BEFORE UPDATE OR DELETE ON access_household FOR EACH ROW EXECUTE FUNCTION access_log_refuse_change();
CREATE TRIGGER access_household_guard_truncate BEFORE TRUNCATE ON access_household FOR EACH STATEMENT EXECUTE FUNCTION access_log_refuse_change();

DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['huimin_registry', 'huimin_platform'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
END $$;
GRANT SELECT, INSERT ON access_log, access_household TO huimin_registry, huimin_platform;
