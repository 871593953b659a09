/** Tables of this package, for the migration runner. */
export const signingMigrations: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: "signing/001-nonce",
    sql: `
CREATE TABLE signature_nonce (
  district   text        NOT NULL,
  key_id     text        NOT NULL,
  nonce      text        NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (district, key_id, nonce)
);
CREATE INDEX signature_nonce_expiry ON signature_nonce (district, expires_at);
`,
  },
];
