-- Messages to banks and what became of them. Derived from the log (progress says up to where), so a row that is there is
-- never made twice; `payload` is kept because every attempt signs the same bytes.
CREATE SCHEMA webhook;
CREATE TABLE webhook.progress (
  district text   NOT NULL PRIMARY KEY,
  position bigint NOT NULL
);
-- Sealed like personal data; the log knows only their names.
CREATE TABLE webhook.secret (
  district   text        NOT NULL,
  bank       text        NOT NULL,
  secret     text        NOT NULL,
  endpoint   text        NOT NULL,
  sealed     text        NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (district, bank, secret)
);
CREATE TABLE webhook.delivery (
  district      text        NOT NULL,
  id            text        NOT NULL,
  bank          text        NOT NULL,
  endpoint      text        NOT NULL,
  kind          text        NOT NULL,
  position      bigint      NOT NULL,
  payload       text        NOT NULL,
  status        text        NOT NULL CHECK (status IN ('waiting', 'delivered', 'dead', 'cancelled')),
  -- attempts of this round; a replay begins a new one
  attempts      integer     NOT NULL DEFAULT 0,
  round         integer     NOT NULL DEFAULT 1,
  next_at       timestamptz NOT NULL,
  claimed_until timestamptz,
  last_at       timestamptz,
  last_status   integer,
  last_fault    text,
  created_at    timestamptz NOT NULL,
  settled_at    timestamptz,
  PRIMARY KEY (district, id)
) WITH (fillfactor = 80);
CREATE INDEX delivery_due ON webhook.delivery (district, bank, endpoint, next_at) WHERE status = 'waiting';
CREATE INDEX delivery_listed ON webhook.delivery (district, bank, position, id);
CREATE INDEX delivery_dead ON webhook.delivery (district, bank, position) WHERE status = 'dead';

-- Roles belong to the server: another database may have made this one, or be making it now.
DO $$ BEGIN CREATE ROLE huimin_webhooks NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA webhook TO huimin_webhooks;
GRANT SELECT, INSERT, UPDATE ON webhook.progress TO huimin_webhooks;
GRANT SELECT, INSERT, DELETE ON webhook.secret TO huimin_webhooks;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook.delivery TO huimin_webhooks;
