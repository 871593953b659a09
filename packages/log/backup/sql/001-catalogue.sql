-- Backups that were made of this database, where they lie and until when: where else personal data is (domain 5.6).
CREATE SCHEMA backup;
CREATE TABLE backup.catalogue (
  district text NOT NULL,
  id text NOT NULL,
  made_at timestamptz NOT NULL,
  place text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  position bigint NOT NULL,
  root text NOT NULL,
  master_keys text[] NOT NULL,
  -- set when the file was removed by the retention; what somebody copied elsewhere is not known here
  removed_at timestamptz,
  PRIMARY KEY (district, id)
);
GRANT USAGE ON SCHEMA backup TO huimin_platform, huimin_registry;
GRANT SELECT ON backup.catalogue TO huimin_platform, huimin_registry;
