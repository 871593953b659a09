-- Appends one batch of requests to a district's log and answers per request.
--
-- In:  streams    the streams that the batch names, each once
--      mentions   one per request and stream it names (by number): the version it expects (-1 any, -2 exists, else
--                 exactly; 0 is none) and the number of events it writes (0: only asserted). Requests are numbered 1, 2, 3 …
--      events     in the order of their mentions: type, value date, and the canonical text in pieces (see below)
--      stream_bank  for each stream the bank that its events name, or empty. What of it counts is the bank of the first
--                 event of a stream in a category of log.bank_category: the stream is that bank's from then on.
--      request_bank  for each request the bank whose message it is, or empty for the office and its jobs; null when no
--                 request of the batch is a bank's. A bank's request writes to no stream of another bank ('foreign').
--      keys       per request none or several: of the request, and of each message in it
--      expect_head  the head that request 1 demands, or null
--      Text columns come joined by U+001F, which no canonical text, name or key contains.
-- Out: the head before the batch, and the requests that stored nothing (null when every one was stored):
--      {request, kind, …}. Of the accepted, the caller knows the positions: they follow each other in order.
--
-- The canonical text is joined here, because position and version are known only here:
--      head ,"position":N middle ,"stream":S,"streamVersion":V,"type":T,"valueDate":D}
-- Everything from ,"stream" on is written by this function, so whatever a caller puts into its pieces, a text that
-- is JSON at all ends in the stream that the row has and the role may write (the last of equal members counts).
--
-- The caller sees to it that what one request does cannot change the answer to another of the same batch (it puts
-- conflicting ones into different batches); only `any` writers may share a stream.
--
-- A dozen statements whatever the size of the batch. Each looks up an index for each row of the batch (LATERAL … OFFSET 0
-- keeps the planner from turning that into a join), so a plan that was made on an empty table stays right on a full
-- one. Without it, 256 requests took 250 ms on a log of 12,000 streams instead of 1 ms. Sorting and grouping is done on
-- numbers, never on the wide rows.
CREATE FUNCTION log.append(
  p_district text,
  p_expect_head bigint,
  p_stream text,
  p_mention_request int[],
  p_mention_stream int[],
  p_mention_expect bigint[],
  p_mention_events int[],
  p_event_mention int[],
  p_event_type text,
  p_event_value_date text,
  p_event_head text,
  p_event_middle text,
  p_key_request int[],
  p_key_client text,
  p_key_key text,
  p_key_hash text,
  p_key_answer text,
  p_stream_bank text,
  p_request_bank text,
  OUT head_before bigint,
  OUT refused json
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  v_separator CONSTANT text := chr(31);
  v_role text := CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;
  v_categories text[];
  v_bank_categories text[];
  v_streams text[] := string_to_array(p_stream, v_separator);
  v_written int; -- no stream with a higher number is written to: what only writers need is left out for the others
  v_quoted text[];
  v_versions bigint[];
  v_owners text[];
  v_request_banks text[];
  v_allowed boolean[];
  v_refused int[];
  v_positions bigint[];
  v_event_versions bigint[];
  v_last bigint[];
  v_head_after bigint;
  v_found json;
  v_refusals json[] := '{}';
BEGIN
  SELECT array_agg(category) INTO v_categories FROM log.append_grant WHERE role = v_role;
  SELECT array_agg(category) INTO v_bank_categories FROM log.bank_category;

  SELECT position INTO head_before FROM log.head WHERE district = p_district FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO log.head (district, position) VALUES (p_district, 0) ON CONFLICT (district) DO NOTHING;
    SELECT position INTO head_before FROM log.head WHERE district = p_district FOR UPDATE;
  END IF;

  SELECT coalesce(max(m.stream), 0) INTO v_written FROM unnest(p_mention_stream, p_mention_events) AS m (stream, events) WHERE m.events > 0;

  SELECT array_agg(coalesce(h.version, 0) ORDER BY s.number), array_agg(to_json(s.stream)::text ORDER BY s.number) FILTER (WHERE s.number <= v_written),
      array_agg(coalesce(split_part(s.stream, '/', 1) = ANY (v_categories) OR '*' = ANY (v_categories), false) ORDER BY s.number) FILTER (WHERE s.number <= v_written),
      array_agg(coalesce(h.bank, CASE WHEN split_part(s.stream, '/', 1) = ANY (v_bank_categories) THEN nullif(s.bank, '') END) ORDER BY s.number) FILTER (WHERE s.number <= v_written)
    INTO v_versions, v_quoted, v_allowed, v_owners
    FROM unnest(v_streams, string_to_array(p_stream_bank, v_separator)) WITH ORDINALITY AS s (stream, bank, number)
    LEFT JOIN LATERAL (SELECT version, bank FROM log.stream_head WHERE district = p_district AND stream = s.stream OFFSET 0) h ON true;

  -- Who is refused, and why: rank 0 wins over rank 4.
  SELECT json_agg(json_build_object('request', m.request, 'rank', CASE WHEN m.events > 0 AND NOT v_allowed[m.stream] THEN 0 ELSE 4 END, 'number', m.number,
      'kind', CASE WHEN m.events > 0 AND NOT v_allowed[m.stream] THEN 'forbidden' ELSE 'version-conflict' END,
      'stream', v_streams[m.stream], 'actual', v_versions[m.stream])) INTO v_found
    FROM unnest(p_mention_request, p_mention_stream, p_mention_expect, p_mention_events) WITH ORDINALITY AS m (request, stream, expect, events, number)
    WHERE (m.events > 0 AND NOT v_allowed[m.stream])
      OR CASE m.expect WHEN -1 THEN false WHEN -2 THEN v_versions[m.stream] = 0 ELSE v_versions[m.stream] <> m.expect END;
  IF v_found IS NOT NULL THEN v_refusals := v_refusals || v_found; END IF;

  -- A bank's message and a stream that is another bank's.
  IF p_request_bank IS NOT NULL THEN
    v_request_banks := string_to_array(p_request_bank, v_separator);
    SELECT json_agg(json_build_object('request', m.request, 'rank', 0, 'number', m.number, 'kind', 'foreign', 'stream', v_streams[m.stream])) INTO v_found
      FROM unnest(p_mention_request, p_mention_stream, p_mention_events) WITH ORDINALITY AS m (request, stream, events, number)
      WHERE m.events > 0 AND v_request_banks[m.request] <> '' AND v_owners[m.stream] <> v_request_banks[m.request];
    IF v_found IS NOT NULL THEN v_refusals := v_refusals || v_found; END IF;
  END IF;

  IF cardinality(p_key_request) > 0 THEN
    SELECT json_agg(json_build_object('request', k.request, 'rank', CASE WHEN known.body_hash = k.hash THEN 2 ELSE 1 END, 'number', k.number,
        'kind', CASE WHEN known.body_hash = k.hash THEN 'replayed' ELSE 'key-conflict' END,
        'client', k.client, 'key', k.key, 'answer', known.answer, 'lastPosition', known.last_position)) INTO v_found
      FROM unnest(p_key_request, string_to_array(p_key_client, v_separator), string_to_array(p_key_key, v_separator),
             string_to_array(p_key_hash, v_separator)) WITH ORDINALITY AS k (request, client, key, hash, number)
      CROSS JOIN LATERAL (
        SELECT body_hash, answer, last_position FROM log.command_key WHERE district = p_district AND client = k.client AND key = k.key OFFSET 0
      ) known;
    IF v_found IS NOT NULL THEN v_refusals := v_refusals || v_found; END IF;
  END IF;

  IF p_expect_head <> head_before THEN
    v_refusals := v_refusals || json_build_array(json_build_object('request', 1, 'rank', 3, 'number', 1, 'kind', 'head-conflict', 'actual', head_before));
  END IF;

  IF cardinality(v_refusals) > 0 THEN
    SELECT json_agg(first.refusal), array_agg(first.request) INTO refused, v_refused
      FROM (
        SELECT DISTINCT ON (found.request) found.request, found.refusal
        FROM (
          SELECT (refusal ->> 'request')::int AS request, (refusal ->> 'rank')::int AS rank, (refusal ->> 'number')::int AS number, refusal
          FROM unnest(v_refusals) AS list, json_array_elements(list) AS refusal
        ) found
        ORDER BY found.request, found.rank, found.number
      ) first;
  END IF;

  SELECT head_before + count(*) INTO v_head_after
    FROM unnest(p_event_mention) AS mention WHERE v_refused IS NULL OR p_mention_request[mention] <> ALL (v_refused);

  IF v_head_after > head_before THEN
    -- Position and version of each event; null for those of refused requests.
    SELECT array_agg(e.position ORDER BY e.number), array_agg(e.version ORDER BY e.number) INTO v_positions, v_event_versions
      FROM (
        SELECT a.number,
          CASE WHEN a.accepted THEN head_before + count(*) FILTER (WHERE a.accepted) OVER (ORDER BY a.number) END AS position,
          CASE WHEN a.accepted THEN v_versions[a.stream] + count(*) FILTER (WHERE a.accepted) OVER (PARTITION BY a.stream ORDER BY a.number) END AS version
        FROM (
          SELECT m.number, p_mention_stream[m.mention] AS stream, v_refused IS NULL OR p_mention_request[m.mention] <> ALL (v_refused) AS accepted
          FROM unnest(p_event_mention) WITH ORDINALITY AS m (mention, number)
        ) a
      ) e;

    INSERT INTO log.event (district, position, stream, version, type, canonical, leaf_hash)
    SELECT p_district, n.position, n.stream, n.version, n.type, n.canonical, sha256('\x00'::bytea || convert_to(n.canonical, 'UTF8'))
    FROM (
      SELECT e.position, v_streams[p_mention_stream[e.mention]] AS stream, e.version, e.type,
        e.head || (',"position":' || e.position) || e.middle || (',"stream":' || v_quoted[p_mention_stream[e.mention]] || ',"streamVersion":' || e.version
          || ',"type":' || to_json(e.type)::text || ',"valueDate":' || to_json(e.value_date)::text || '}') AS canonical
      FROM unnest(p_event_mention, v_positions, v_event_versions, string_to_array(p_event_type, v_separator),
             string_to_array(p_event_value_date, v_separator), string_to_array(p_event_head, v_separator),
             string_to_array(p_event_middle, v_separator))
        AS e (mention, position, version, type, value_date, head, middle)
      WHERE e.position IS NOT NULL
      OFFSET 0 -- the canonical text is joined once, not once for each of its uses
    ) n;

    -- An upsert looks up the index row by row; an UPDATE … FROM may be planned the other way round.
    INSERT INTO log.stream_head (district, stream, version, first_position, last_position, bank)
      SELECT p_district, v_streams[w.stream], w.version, w.first, w.last, v_owners[w.stream]
      FROM (
        SELECT p_mention_stream[e.mention] AS stream, max(e.version) AS version, min(e.position) AS first, max(e.position) AS last
        FROM unnest(p_event_mention, v_positions, v_event_versions) AS e (mention, position, version)
        WHERE e.position IS NOT NULL GROUP BY 1
      ) w
      ON CONFLICT (district, stream) DO UPDATE SET version = excluded.version, last_position = excluded.last_position, bank = excluded.bank;
    UPDATE log.head SET position = v_head_after WHERE district = p_district;
  END IF;

  IF cardinality(p_key_request) > 0 THEN
    -- Last position of each request; of one without events, that of the request before it.
    SELECT array_agg(r.last ORDER BY r.request) INTO v_last
      FROM (
        SELECT m.request, head_before + sum(sum(CASE WHEN v_refused IS NULL OR m.request <> ALL (v_refused) THEN m.events ELSE 0 END))
          OVER (ORDER BY m.request) AS last
        FROM unnest(p_mention_request, p_mention_events) AS m (request, events)
        GROUP BY m.request
      ) r;
    INSERT INTO log.command_key (district, client, key, body_hash, answer, last_position)
    SELECT p_district, k.client, k.key, k.hash, k.answer, v_last[k.request]
    FROM unnest(p_key_request, string_to_array(p_key_client, v_separator), string_to_array(p_key_key, v_separator),
           string_to_array(p_key_hash, v_separator), string_to_array(p_key_answer, v_separator)) AS k (request, client, key, hash, answer)
    WHERE v_refused IS NULL OR k.request <> ALL (v_refused);
  END IF;
END $$;

-- Several streams in one round trip, each from its version (exclusive) on: one row per event, and one without an event
-- where there is nothing new. A stream that does not exist has no row. The head's positions keep the search out of
-- partitions that cannot hold the stream.
CREATE FUNCTION log.read_streams(p_district text, p_streams text[], p_after bigint[])
RETURNS TABLE (number int, version bigint, "position" bigint, stream text, canonical text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
  RETURN QUERY
    SELECT w.number::int, h.version, e.position, e.stream, e.canonical
    FROM unnest(p_streams, p_after) WITH ORDINALITY AS w (stream, after, number)
    CROSS JOIN LATERAL (
      SELECT s.version, s.first_position, s.last_position FROM log.stream_head s
      WHERE s.district = p_district AND s.stream = w.stream OFFSET 0
    ) h
    LEFT JOIN LATERAL (
      SELECT l.position, l.stream, l.canonical, l.version FROM log.event l
      WHERE h.version > w.after AND l.district = p_district AND l.stream = w.stream AND l.version > w.after AND l.version <= h.version
        AND l.position BETWEEN h.first_position AND h.last_position OFFSET 0
    ) e ON true
    ORDER BY w.number, e.version;
END $$;
