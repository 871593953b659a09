-- Who has seen personal data in clear, of whom, and why (PIPL, domain 5.6). Appended to before the data is shown; never changed.
CREATE TABLE access_log (
  district text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  role text NOT NULL,
  subject_kind text NOT NULL CHECK (subject_kind IN ('household', 'search')),
  subject text NOT NULL,
  fields text[] NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 2 AND 500),
  correlation text NOT NULL,
  PRIMARY KEY (district, id)
);
CREATE INDEX access_log_subject ON access_log (district, subject_kind, subject, id);

CREATE FUNCTION access_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the access log is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER access_log_guard BEFORE UPDATE OR DELETE ON access_log FOR EACH ROW EXECUTE FUNCTION access_log_refuse_change();
CREATE TRIGGER access_log_guard_truncate BEFORE TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION access_log_refuse_change();

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
GRANT SELECT, INSERT ON access_log TO huimin_registry, huimin_platform;
