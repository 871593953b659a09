/** Tables of the people who work with the product, for the migration runner. */
export const peopleMigrations: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: "people/001-users",
    sql: `
CREATE SCHEMA IF NOT EXISTS people;
CREATE TABLE people.account (
  district      text        NOT NULL,
  user_id       text        NOT NULL,
  login         text        NOT NULL,
  display_name  text        NOT NULL,
  password_hash text        NOT NULL,
  roles         text[]      NOT NULL,
  administrator boolean     NOT NULL,
  active        boolean     NOT NULL DEFAULT true,
  must_change   boolean     NOT NULL,
  failures      integer     NOT NULL DEFAULT 0,
  locked_until  timestamptz,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (district, user_id),
  UNIQUE (district, login)
);
CREATE TABLE people.session (
  district   text        NOT NULL,
  token_hash bytea       NOT NULL,
  user_id    text        NOT NULL,
  created_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (district, token_hash),
  FOREIGN KEY (district, user_id) REFERENCES people.account (district, user_id)
);
CREATE INDEX session_of_account ON people.session (district, user_id);
CREATE INDEX session_expiry ON people.session (district, expires_at);
-- Who changed whose rights: rows are only ever added.
CREATE TABLE people.change (
  district text        NOT NULL,
  number   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  at       timestamptz NOT NULL,
  by_user  text        NOT NULL,
  user_id  text        NOT NULL,
  what     text        NOT NULL,
  PRIMARY KEY (district, number)
);
-- Roles belong to the server: another database may have made this one, or be making it now.
DO $$ BEGIN CREATE ROLE huimin_people NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA people TO huimin_people;
GRANT SELECT, INSERT, UPDATE ON people.account TO huimin_people;
GRANT SELECT, INSERT, UPDATE, DELETE ON people.session TO huimin_people;
GRANT SELECT, INSERT ON people.change TO huimin_people;
`,
  },
];
