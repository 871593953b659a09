/** Tables of this package, for the migration runner. */
export const signingMigrations: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: "signing/001-nonce",
    sql: `
CREATE SCHEMA IF NOT EXISTS signing;
CREATE TABLE signing.nonce (
  district   text        NOT NULL,
  key_id     text        NOT NULL,
  nonce      text        NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (district, key_id, nonce)
);
CREATE INDEX nonce_expiry ON signing.nonce (district, expires_at);
-- Roles belong to the server: another database may have made this one, or be making it now.
DO $$ BEGIN CREATE ROLE huimin_bank_gateway NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA signing TO huimin_bank_gateway;
GRANT SELECT, INSERT, DELETE ON signing.nonce TO huimin_bank_gateway;
`,
  },
];
