-- Access of banks: messages counted a day, and failures that the office should see. No event: neither changes what a bank
-- may do, and a flood of failures must not fill the log.

CREATE SCHEMA bank_gateway;

CREATE TABLE bank_gateway.quota (
  district text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  client text COLLATE "C" NOT NULL,
  day date NOT NULL, -- Asia/Shanghai
  used bigint NOT NULL CHECK (used >= 0), -- leases included
  leased bigint NOT NULL, -- by the last lease
  PRIMARY KEY (district, bank, client, day)
) WITH (fillfactor = 50);

-- One row for failures that are alike within ten minutes. Ids, codes and addresses only: never a header, a body or a
-- signature.
CREATE TABLE bank_gateway.security_failure (
  district text COLLATE "C" NOT NULL,
  slot bigint NOT NULL, -- ten minutes since 1970
  address text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  key_id text COLLATE "C" NOT NULL, -- as claimed, '' without one
  route text COLLATE "C" NOT NULL,
  bank text COLLATE "C", -- whose key was claimed
  client text COLLATE "C",
  times bigint NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (district, slot, address, code, key_id, route)
);

-- Roles belong to the server: another database may have made this one, or be making it now.
DO $$ BEGIN CREATE ROLE huimin_bank_gateway NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA bank_gateway TO huimin_bank_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON bank_gateway.quota, bank_gateway.security_failure TO huimin_bank_gateway;
-- The command line reads the counts as the platform.
DO $$ BEGIN
  IF to_regrole('huimin_platform') IS NOT NULL THEN
    GRANT USAGE ON SCHEMA bank_gateway TO huimin_platform;
    GRANT SELECT ON bank_gateway.quota, bank_gateway.security_failure TO huimin_platform;
  END IF;
END $$;
