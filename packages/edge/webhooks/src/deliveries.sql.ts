/* Statements on `webhook.delivery`. $1 is the district everywhere. Instants are the platform's clock, never the database's. */

const COLUMNS = `id, bank, endpoint, kind, position, payload, status, attempts, round, next_at, last_at, last_status, last_fault,
  created_at, settled_at`;

export const PROGRESS_SQL = "SELECT position FROM webhook.progress WHERE district = $1";

/** Compare and set: of two processes that derived the same part of the log, one keeps it. No row: none is there yet, or another was first. */
export const ADVANCE_SQL = `INSERT INTO webhook.progress AS p (district, position) VALUES ($1, $3)
ON CONFLICT (district) DO UPDATE SET position = EXCLUDED.position WHERE p.position = $2 RETURNING position`;

/** In the transaction of {@link ADVANCE_SQL}. A row that is there (a log derived anew) stays as it is. */
export const INSERT_SQL = `INSERT INTO webhook.delivery (district, id, bank, endpoint, kind, position, payload, status, next_at, created_at)
SELECT $1, m.id, m.bank, m.endpoint, m.kind, m.position, m.payload, 'waiting', $8, $8
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[]) AS m (id, bank, endpoint, kind, position, payload)
ON CONFLICT (district, id) DO NOTHING RETURNING bank, endpoint`;

/**
 * Takes what is due to one endpoint, oldest first; another process passes over what is taken until $5. MATERIALIZED: as a plain
 * subquery a nested loop reads it once for each row, skips what it locked before, and takes everything in spite of the limit.
 */
export const CLAIM_SQL = `WITH due AS MATERIALIZED (
  SELECT id FROM webhook.delivery
  WHERE district = $1 AND bank = $2 AND endpoint = $3 AND status = 'waiting' AND next_at <= $4 AND (claimed_until IS NULL OR claimed_until <= $4)
  ORDER BY next_at, position LIMIT $6 FOR UPDATE SKIP LOCKED
)
UPDATE webhook.delivery d SET claimed_until = $5 FROM due
WHERE d.district = $1 AND d.id = due.id RETURNING d.id, d.kind, d.position, d.payload, d.attempts, d.round`;

/** What an attempt came to; only for the round in which it was made, so a replay in between stays a replay. */
export const SETTLE_SQL = `UPDATE webhook.delivery SET status = $4, attempts = $5, next_at = $6, claimed_until = NULL,
  last_at = $7, last_status = $8, last_fault = $9, settled_at = CASE WHEN $4 IN ('delivered', 'dead') THEN $7::timestamptz END
WHERE district = $1 AND id = $2 AND round = $3 AND status = 'waiting'`;

/** The attempt was given up by us: it does not count. */
export const RELEASE_SQL =
  "UPDATE webhook.delivery SET claimed_until = NULL WHERE district = $1 AND id = ANY($2::text[]) AND status = 'waiting'";

/** Endpoints that something is due to. */
export const DUE_SQL = `SELECT DISTINCT bank, endpoint FROM webhook.delivery
WHERE district = $1 AND status = 'waiting' AND next_at <= $2 AND (claimed_until IS NULL OR claimed_until <= $2) LIMIT $3`;

export const CANCEL_SQL = `UPDATE webhook.delivery SET status = 'cancelled', settled_at = $4, claimed_until = NULL
WHERE district = $1 AND bank = $2 AND endpoint = $3 AND status IN ('waiting', 'dead')`;

/**
 * Begins a new round: what was sent or dead is sent again with the same id; what waits is sent now. $4 one delivery, $5 those
 * created since, $6 only dead ones. An attempt that is under way keeps its claim and its row's round moves on.
 */
export const REPLAY_SQL = `UPDATE webhook.delivery SET status = 'waiting', round = round + 1, attempts = 0, next_at = $7, claimed_until = NULL, settled_at = NULL
WHERE district = $1 AND bank = $2 AND ($3::text IS NULL OR endpoint = $3) AND ($4::text IS NULL OR id = $4)
  AND ($5::timestamptz IS NULL OR created_at >= $5) AND (NOT $6::boolean OR status = 'dead') AND status <> 'cancelled'
RETURNING endpoint`;

export const LIST_SQL = `SELECT ${COLUMNS} FROM webhook.delivery
WHERE district = $1 AND ($2::text IS NULL OR bank = $2) AND ($3::text IS NULL OR endpoint = $3) AND ($4::text IS NULL OR status = $4)
  AND (position, id) < ($5, $6) ORDER BY position DESC, id DESC LIMIT $7`;

export const COUNTS_SQL = `SELECT bank, endpoint, count(*) FILTER (WHERE status = 'waiting')::int AS waiting,
  count(*) FILTER (WHERE status = 'dead')::int AS dead
FROM webhook.delivery WHERE district = $1 AND status IN ('waiting', 'dead') GROUP BY bank, endpoint`;

/** Sent long ago: a page of them, so that no statement is long. */
export const PRUNE_SQL = `DELETE FROM webhook.delivery WHERE district = $1 AND id IN (
  SELECT id FROM webhook.delivery WHERE district = $1 AND status IN ('delivered', 'cancelled') AND settled_at < $2 LIMIT $3)`;

export const SECRET_INSERT_SQL =
  "INSERT INTO webhook.secret (district, bank, secret, endpoint, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
export const SECRETS_SQL = "SELECT secret, sealed FROM webhook.secret WHERE district = $1 AND bank = $2 AND secret = ANY($3::text[])";
export const SECRETS_REMOVE_SQL = "DELETE FROM webhook.secret WHERE district = $1 AND bank = $2 AND endpoint = $3 RETURNING secret";
