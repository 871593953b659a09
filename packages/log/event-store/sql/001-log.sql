-- The log of each district: append-only, positions 1, 2, 3 … without gaps, in commit order.
--
-- Every key starts with the district, so the tables can be distributed by it. Events are partitioned by range of
-- position: a partition is the unit that is archived, and its indexes stay small enough to stay in memory.

CREATE SCHEMA log;

-- The lock and the counter of a district. Appends queue on its row: position order is commit order.
CREATE TABLE log.head (
  district text PRIMARY KEY,
  position bigint NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 10);

-- The version of each stream: what an append is compared with. The positions bound the partitions a reader touches.
CREATE TABLE log.stream_head (
  district text NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  first_position bigint NOT NULL,
  last_position bigint NOT NULL,
  bank text, -- whose it is, in a category of log.bank_category
  PRIMARY KEY (district, stream)
) WITH (fillfactor = 80);

-- Categories whose streams each belong to one bank: no message of another bank may write to them (ADR 12).
CREATE TABLE log.bank_category (
  category text PRIMARY KEY
);

-- `canonical` is the event: the exact RFC 8785 text whose UTF-8 bytes were hashed. The other columns are for finding it.
-- Readers compare them (a check constraint that parses the text took a fifth of an append's time).
CREATE TABLE log.event (
  district text NOT NULL,
  position bigint NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  canonical text NOT NULL,
  leaf_hash bytea NOT NULL,
  PRIMARY KEY (district, position)
) PARTITION BY RANGE (position);

-- What was answered to a command, by the key that its sender gave it.
CREATE TABLE log.command_key (
  district text NOT NULL,
  client text NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  answer text NOT NULL,
  last_position bigint NOT NULL,
  PRIMARY KEY (district, client, key)
);

-- Which stream categories a role may append to; '*' is every category.
CREATE TABLE log.append_grant (
  role text NOT NULL,
  category text NOT NULL,
  PRIMARY KEY (role, category)
);

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is never changed: % on %.%', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', HINT = 'Append a correcting event.';
END $$;

-- ALWAYS: also where triggers are switched off for replication.
CREATE FUNCTION log.protect(p_table regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change()', p_table);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER never_changed', p_table);
END $$;

SELECT log.protect('log.event');
SELECT log.protect('log.command_key');

-- Makes the partitions that the longest log will need next; called ahead of need, harmless when there is nothing to do.
-- A partition is made on its own and then attached, which does not stop readers or appends. Returns the first position
-- that has no partition.
CREATE FUNCTION log.ensure_partitions() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_size CONSTANT bigint := 1000000; -- about 1 GB with its indexes
  v_ahead CONSTANT bigint := 2;
  v_number bigint;
  v_last bigint;
  v_name text;
BEGIN
  SELECT coalesce(max(position), 0) / v_size + v_ahead INTO v_last FROM log.head;
  IF to_regclass(format('log.event_%s', lpad(v_last::text, 6, '0'))) IS NOT NULL THEN
    RETURN (v_last + 1) * v_size + 1;
  END IF;
  PERFORM pg_advisory_xact_lock(4108030002);
  FOR v_number IN 0 .. v_last LOOP
    v_name := format('log.event_%s', lpad(v_number::text, 6, '0'));
    CONTINUE WHEN to_regclass(v_name) IS NOT NULL;
    EXECUTE format('CREATE TABLE %s (LIKE log.event INCLUDING ALL)', v_name);
    -- The second belt: the first is the comparison with log.stream_head.
    EXECUTE format('CREATE UNIQUE INDEX ON %s (district, stream, version)', v_name);
    PERFORM log.protect(v_name::regclass);
    EXECUTE format('ALTER TABLE log.event ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)',
      v_name, v_number * v_size + 1, (v_number + 1) * v_size + 1);
  END LOOP;
  RETURN (v_last + 1) * v_size + 1;
END $$;

SELECT log.ensure_partitions();
