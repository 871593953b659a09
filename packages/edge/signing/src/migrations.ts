/** Tables of this package, for the migration runner. */
export const signingMigrations: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: "signing/001-nonce",
    sql: `
CREATE SCHEMA IF NOT EXISTS signing;
-- Unlogged: a server that dies forgets what was used in the last minutes, and a message replayed then still meets its
-- idempotency key in the log. slot is the five minutes in which the signature expires: old slots go by the key's prefix.
CREATE UNLOGGED TABLE signing.nonce (
  district text COLLATE "C" NOT NULL,
  slot     integer          NOT NULL,
  key_id   text COLLATE "C" NOT NULL,
  nonce    text COLLATE "C" NOT NULL,
  PRIMARY KEY (district, slot, key_id, nonce)
);
-- Roles belong to the server: another database may have made this one, or be making it now.
DO $$ BEGIN CREATE ROLE huimin_bank_gateway NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA signing TO huimin_bank_gateway;
GRANT SELECT, INSERT, DELETE ON signing.nonce TO huimin_bank_gateway;
`,
  },
];
