/**
 * The tables and functions in PostgreSQL. To append is one call of a function, so that the row that is locked is locked
 * for no round trip. Texts that may hold any character are bytes: PostgreSQL's text knows no NUL.
 *
 * Entries are unlogged: a cache need not be written twice, and after a crash of the server it begins empty. What the
 * log acknowledged is flushed to disk even where `synchronous_commit` is off.
 */

import { MAX_AHEAD_MS, MAX_POSITION } from '../positions-and-clocks.ts'

/** Grows with every change of the schema. */
export const VERSION = 1

/** Patterns and prefixes that are kept apart before the floor rises. */
const MAX_MATCHERS = 1_000
/** Records that a follower may be behind before it has to read the state anew. */
const MAX_RECORDS = 10_000
const TRIM_EVERY = 500
/** How long an append waits for the row of its log; less than its statement may take, so that none is left waiting. */
const LOCK_TIMEOUT = '4s'

const NOW = 'extract(epoch FROM clock_timestamp())'
/** Milliseconds since 1970. */
export const NOW_MS: string = `floor(${NOW} * 1000)::bigint`
/** Microseconds since 1970. */
export const NOW_US: string = `least(floor(${NOW} * 1000000)::bigint, ${MAX_POSITION})`

export function schemaOf(p: string): string {
  return `CREATE TABLE IF NOT EXISTS ${p}_schema (version integer PRIMARY KEY);

CREATE UNLOGGED TABLE IF NOT EXISTS ${p}_entries (
  name text NOT NULL, key bytea NOT NULL, epoch text NOT NULL, as_of bigint NOT NULL, expires_at bigint NOT NULL,
  frame bytea NOT NULL, PRIMARY KEY (name, key)
);
ALTER TABLE ${p}_entries ALTER COLUMN frame SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS ${p}_entries_expiry ON ${p}_entries (expires_at);

ALTER TABLE ${p}_entries SET (autovacuum_vacuum_scale_factor = 0.05);

CREATE UNLOGGED TABLE IF NOT EXISTS ${p}_leases (
  name text NOT NULL, key bytea NOT NULL, holder text NOT NULL, token bigint NOT NULL, expires_at bigint NOT NULL,
  is_awaited boolean NOT NULL DEFAULT false, PRIMARY KEY (name, key)
) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE IF NOT EXISTS ${p}_sweeps (id integer PRIMARY KEY, swept_at bigint NOT NULL);

CREATE TABLE IF NOT EXISTS ${p}_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, epoch text NOT NULL,
  life text NOT NULL, position bigint NOT NULL, hard_floor bigint NOT NULL DEFAULT 0,
  soft_floor bigint NOT NULL DEFAULT 0, appended bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS ${p}_cells (
  log bigint NOT NULL, strength text NOT NULL, cell integer NOT NULL, position bigint NOT NULL,
  PRIMARY KEY (log, strength, cell)
) WITH (fillfactor = 70);
CREATE TABLE IF NOT EXISTS ${p}_matchers (
  log bigint NOT NULL, strength text NOT NULL, type text NOT NULL, value bytea NOT NULL, position bigint NOT NULL,
  PRIMARY KEY (log, strength, type, value)
);
CREATE TABLE IF NOT EXISTS ${p}_records (
  log bigint NOT NULL, position bigint NOT NULL, previous bigint NOT NULL, epoch text NOT NULL,
  strength text NOT NULL, type text NOT NULL, value bytea NOT NULL, PRIMARY KEY (log, position)
);

CREATE OR REPLACE FUNCTION ${p}_open(log_name text, candidate text, given_life text) RETURNS ${p}_logs
LANGUAGE plpgsql SET lock_timeout = '${LOCK_TIMEOUT}' AS $$
DECLARE
  now bigint := ${NOW_US};
  latest bigint := now + ${MAX_AHEAD_MS * 1_000};
  found ${p}_logs;
  life_now text := given_life;
BEGIN
  IF life_now IS NULL THEN
    SELECT system_identifier || '-' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
      INTO life_now FROM pg_control_system();
  END IF;
  SELECT * INTO found FROM ${p}_logs WHERE name = log_name;
  IF found.life = life_now AND found.position <= latest THEN RETURN found; END IF;
  INSERT INTO ${p}_logs (name, epoch, life, position) VALUES (log_name, candidate, life_now, now)
    ON CONFLICT (name) DO NOTHING;
  SELECT * INTO found FROM ${p}_logs WHERE name = log_name FOR UPDATE;
  IF found.life <> life_now OR found.position > latest THEN
    DELETE FROM ${p}_cells WHERE log = found.id;
    DELETE FROM ${p}_matchers WHERE log = found.id;
    DELETE FROM ${p}_records WHERE log = found.id;
    UPDATE ${p}_logs SET epoch = candidate, life = life_now,
      position = CASE WHEN position > latest THEN now ELSE greatest(position + 1, now) END,
      hard_floor = 0, soft_floor = 0 WHERE id = found.id RETURNING * INTO found;
  END IF;
  RETURN found;
END $$;

CREATE OR REPLACE FUNCTION ${p}_append(
  log_name text, candidate text, given_life text, strengths text[], types text[], contents bytea[],
  first_cells integer[], second_cells integer[]
) RETURNS TABLE (epoch text, "position" bigint) LANGUAGE plpgsql SET lock_timeout = '${LOCK_TIMEOUT}' AS $$
#variable_conflict use_column
DECLARE
  opened ${p}_logs;
  at bigint;
  before bigint;
  hard bigint := 0;
  soft bigint := 0;
  count integer := array_length(strengths, 1);
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'local', true);
  END IF;
  opened := ${p}_open(log_name, candidate, given_life);
  -- From here on alone, so that positions show in order.
  SELECT * INTO opened FROM ${p}_logs WHERE id = opened.id FOR UPDATE;
  before := opened.position;
  at := greatest(before + 1, ${NOW_US});
  FOR i IN 1 .. count LOOP
    INSERT INTO ${p}_records VALUES (opened.id, at, before, opened.epoch, strengths[i], types[i], contents[i]);
    IF types[i] = 'a' THEN
      IF strengths[i] = 'h' THEN hard := at; ELSE soft := at; END IF;
    ELSIF first_cells[i] IS NOT NULL THEN
      INSERT INTO ${p}_cells VALUES (opened.id, strengths[i], first_cells[i], at)
        ON CONFLICT ON CONSTRAINT ${p}_cells_pkey DO UPDATE SET position = excluded.position;
      INSERT INTO ${p}_cells VALUES (opened.id, strengths[i], second_cells[i], at)
        ON CONFLICT ON CONSTRAINT ${p}_cells_pkey DO UPDATE SET position = excluded.position;
    ELSE
      INSERT INTO ${p}_matchers VALUES (opened.id, strengths[i], types[i], contents[i], at)
        ON CONFLICT ON CONSTRAINT ${p}_matchers_pkey DO UPDATE SET position = excluded.position;
      IF (SELECT count(*) FROM ${p}_matchers WHERE log = opened.id) > ${MAX_MATCHERS} THEN
        -- The older half gives way: what was loaded before one of them is outdated, what was loaded since is not.
        SELECT greatest(hard, max(position) FILTER (WHERE strength = 'h')),
          greatest(soft, max(position) FILTER (WHERE strength = 's')) INTO hard, soft FROM
          (SELECT strength, position FROM ${p}_matchers WHERE log = opened.id ORDER BY position LIMIT ${MAX_MATCHERS / 2}) old;
        DELETE FROM ${p}_matchers WHERE log = opened.id
          AND position <= CASE strength WHEN 'h' THEN hard ELSE soft END;
      END IF;
    END IF;
    before := at;
    at := at + 1;
  END LOOP;
  UPDATE ${p}_logs SET position = before, hard_floor = greatest(hard_floor, hard),
    soft_floor = greatest(soft_floor, soft), appended = appended + count WHERE id = opened.id;
  IF (opened.appended + count) / ${TRIM_EVERY} > opened.appended / ${TRIM_EVERY} THEN
    DELETE FROM ${p}_records WHERE log = opened.id AND position <=
      (SELECT position FROM ${p}_records WHERE log = opened.id ORDER BY position DESC LIMIT 1 OFFSET ${MAX_RECORDS});
  END IF;
  PERFORM pg_notify('${p}_log', log_name);
  RETURN QUERY SELECT opened.epoch, before;
END $$;

INSERT INTO ${p}_schema (version) VALUES (${VERSION}) ON CONFLICT DO NOTHING;
`
}
