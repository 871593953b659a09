-- Data keys of persons, wrapped by the master key. Two classes (domain 5.6): K1 accounting identity, kept for the retention
-- of vouchers; K2 convenience, shredded when its purpose ends. Shredding empties the wrapped key: what was sealed under it
-- can't be read again, and every hash over the ciphertext stays valid. A later value opens a new generation.
CREATE TABLE vault_key (
  district text NOT NULL,
  person_id text NOT NULL,
  class text NOT NULL CHECK (class IN ('K1', 'K2')),
  generation integer NOT NULL CHECK (generation >= 1),
  master_key text NOT NULL,
  wrapped bytea,
  created timestamptz NOT NULL DEFAULT now(),
  shredded timestamptz,
  PRIMARY KEY (district, person_id, class, generation),
  CONSTRAINT shredded_means_gone CHECK ((wrapped IS NULL) = (shredded IS NOT NULL))
);

CREATE FUNCTION vault_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR NEW.wrapped IS NOT NULL AND (OLD.wrapped IS NULL OR NEW.master_key = OLD.master_key)
     OR (NEW.district, NEW.person_id, NEW.class, NEW.generation, NEW.created) IS DISTINCT FROM (OLD.district, OLD.person_id, OLD.class, OLD.generation, OLD.created) THEN
    RAISE EXCEPTION 'a data key is shredded or wrapped anew under another master key, never replaced, brought back or deleted'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER vault_key_guard BEFORE UPDATE OR DELETE ON vault_key FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();

DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['huimin_registry', 'huimin_startup_lending', 'huimin_bank_gateway', 'huimin_ledger', 'huimin_statements', 'huimin_platform'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
END $$;
GRANT SELECT ON vault_key TO huimin_registry, huimin_startup_lending, huimin_statements, huimin_platform;
GRANT INSERT ON vault_key TO huimin_registry, huimin_platform;
GRANT UPDATE (wrapped, shredded) ON vault_key TO huimin_registry, huimin_platform;

-- Who has which ID number or account, by HMAC under a pepper that the database does not have. A row is found by its digest,
-- made anew under another pepper when that is rotated, and removed with the key of its person: nobody is found any more.
CREATE TABLE vault_lookup (
  district text NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('person', 'account')),
  pepper text NOT NULL,
  digest text NOT NULL,
  person_id text NOT NULL,
  -- what events carry: the person's id, or the account's fingerprint
  value text NOT NULL,
  PRIMARY KEY (district, purpose, pepper, digest, person_id)
);
CREATE INDEX vault_lookup_person ON vault_lookup (district, person_id);
GRANT SELECT, INSERT, DELETE ON vault_lookup TO huimin_registry, huimin_platform;
