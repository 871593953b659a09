-- What is kept of the proof over the log: signed checkpoints, and the roots of complete subtrees of 2^8, 2^16 … leaves, from
-- which any proof is made by reading a few hundred hashes.
CREATE SCHEMA proof;

CREATE TABLE proof.checkpoint (
  district text NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),
  note text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, size)
);

CREATE TABLE proof.subtree (
  district text NOT NULL,
  level smallint NOT NULL CHECK (level % 8 = 0 AND level > 0),
  index bigint NOT NULL CHECK (index >= 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  PRIMARY KEY (district, level, index)
);

SELECT log.protect('proof.checkpoint');
SELECT log.protect('proof.subtree');

GRANT USAGE ON SCHEMA proof TO huimin_platform, huimin_statements, huimin_ledger;
GRANT SELECT ON proof.checkpoint, proof.subtree TO huimin_platform, huimin_statements, huimin_ledger;
GRANT INSERT ON proof.checkpoint, proof.subtree TO huimin_platform;
