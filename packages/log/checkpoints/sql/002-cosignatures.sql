-- Cosignatures of witnesses (c2sp.org/tlog-cosignature): signature lines over a checkpoint that was signed before.
CREATE TABLE proof.cosignature (
  district text NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),
  witness text NOT NULL, -- name+keyid
  line text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, size, witness)
);

SELECT log.protect('proof.cosignature');

GRANT SELECT ON proof.cosignature TO huimin_platform, huimin_statements, huimin_ledger;
GRANT USAGE ON SCHEMA proof TO huimin_auditor;
GRANT SELECT ON proof.checkpoint, proof.subtree, proof.cosignature TO huimin_auditor;
GRANT INSERT ON proof.cosignature TO huimin_platform;
