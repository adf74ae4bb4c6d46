/**
 * The tables and procedures in MySQL or MariaDB. To append is one call of a procedure, so that the row that is locked is
 * locked for no round trip, and never for a client that has died. Texts that may hold any character are bytes.
 *
 * MySQL has an identity, `server_uuid`; MariaDB has none, and is told by id, name and port. Each reads the comment that
 * is meant for it. Where commits may be lost by a crash, each start of the server is a life of its own, which a table
 * in memory tells: it begins empty.
 */

import { MAX_AHEAD_MS, MAX_POSITION } from '../positions-and-clocks.ts'

/** Grows with every change of the schema. */
export const VERSION = 1

/** Patterns and prefixes that are kept apart before the floor rises. */
const MAX_MATCHERS = 1_000
/** Records that a follower may be behind before it has to read the state anew. */
const MAX_RECORDS = 10_000
const TRIM_EVERY = 500

const IDENTITY = "/*!80000 @@server_uuid *//*M!100000 CONCAT_WS('-', @@server_id, @@hostname, @@port) */"
const ENGINE = 'ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin'

/** Microseconds since 1970, in no time zone that has summers. */
const SINCE_1970 = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))"
export const NOW_US: string = `LEAST(${SINCE_1970}, ${MAX_POSITION})`
/** Milliseconds since 1970. */
export const NOW_MS: string = `(${SINCE_1970} DIV 1000)`
/** Positions that are larger are ahead of the clock. */
const LATEST_US = `(${NOW_US} + ${MAX_AHEAD_MS * 1_000})`
/** Seconds that a lock is waited for: less than a statement may take, so that none is left waiting. */
const LOCK_TIMEOUT_S = 4
/** Before all other handlers of a procedure. */
const BOUND_WAITING = `DECLARE given_timeout INT DEFAULT @@innodb_lock_wait_timeout;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN
    ROLLBACK;
    SET SESSION innodb_lock_wait_timeout = given_timeout;
    RESIGNAL;
  END;
  SET SESSION innodb_lock_wait_timeout = ${LOCK_TIMEOUT_S};`
const END_WAITING = 'SET SESSION innodb_lock_wait_timeout = given_timeout;'

export function tablesOf(p: string): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${p}_schema (version INT NOT NULL PRIMARY KEY) ${ENGINE}`,
    `CREATE TABLE IF NOT EXISTS ${p}_entries (
  name VARCHAR(64) NOT NULL, \`key\` VARBINARY(256) NOT NULL, epoch VARCHAR(32) NOT NULL, as_of BIGINT NOT NULL,
  expires_at BIGINT NOT NULL, frame LONGBLOB NOT NULL, PRIMARY KEY (name, \`key\`), INDEX expiry (expires_at)
) ${ENGINE}`,
    `CREATE TABLE IF NOT EXISTS ${p}_leases (
  name VARCHAR(64) NOT NULL, \`key\` VARBINARY(256) NOT NULL, holder VARCHAR(64) NOT NULL, token BIGINT NOT NULL,
  expires_at BIGINT NOT NULL, PRIMARY KEY (name, \`key\`), INDEX expiry (expires_at)
) ${ENGINE}`,
    `CREATE TABLE IF NOT EXISTS ${p}_sweeps (id INT NOT NULL PRIMARY KEY, swept_at BIGINT NOT NULL) ${ENGINE}`,
    `CREATE TABLE IF NOT EXISTS ${p}_starts (id INT NOT NULL PRIMARY KEY, start VARCHAR(32) NOT NULL) ENGINE = MEMORY`,
    `CREATE TABLE IF NOT EXISTS ${p}_logs (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(64) NOT NULL UNIQUE, epoch VARCHAR(32) NOT NULL,
  life VARCHAR(255) NOT NULL, position BIGINT NOT NULL, hard_floor BIGINT NOT NULL DEFAULT 0,
  soft_floor BIGINT NOT NULL DEFAULT 0, appended BIGINT NOT NULL DEFAULT 0
) ${ENGINE}`,
    `CREATE TABLE IF NOT EXISTS ${p}_cells (
  log BIGINT NOT NULL, strength CHAR(1) NOT NULL, cell INT NOT NULL, position BIGINT NOT NULL,
  PRIMARY KEY (log, strength, cell)
) ${ENGINE}`,
    `CREATE TABLE IF NOT EXISTS ${p}_matchers (
  log BIGINT NOT NULL, strength CHAR(1) NOT NULL, type CHAR(1) NOT NULL, value VARBINARY(600) NOT NULL,
  position BIGINT NOT NULL, PRIMARY KEY (log, strength, type, value)
) ${ENGINE}`,
    `CREATE TABLE IF NOT EXISTS ${p}_records (
  log BIGINT NOT NULL, position BIGINT NOT NULL, previous BIGINT NOT NULL, epoch VARCHAR(32) NOT NULL,
  strength CHAR(1) NOT NULL, type CHAR(1) NOT NULL, value VARBINARY(600) NOT NULL, PRIMARY KEY (log, position)
) ${ENGINE}`,
    `INSERT IGNORE INTO ${p}_sweeps (id, swept_at) VALUES (1, 0)`,
  ]
}

export function proceduresOf(p: string): readonly string[] {
  return [lifeOf(p), lockOf(p), headOf(p), appendOf(p)]
}

/** To be run last: tells that all before is there. */
export function versionOf(p: string): string {
  return `INSERT IGNORE INTO ${p}_schema (version) VALUES (${VERSION})`
}

/** Who the server is. */
function lifeOf(p: string): string {
  return `CREATE PROCEDURE ${p}_life(IN candidate VARCHAR(32), INOUT this_life VARCHAR(255))
MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE this_start VARCHAR(32);
  IF @@read_only THEN
    SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'The server runs with read_only.';
  END IF;
  IF this_life IS NULL THEN
    SET this_life = ${IDENTITY};
    IF @@innodb_flush_log_at_trx_commit <> 1 THEN
      IF NOT EXISTS (SELECT 1 FROM ${p}_starts) THEN
        INSERT IGNORE INTO ${p}_starts (id, start) VALUES (1, candidate);
      END IF;
      SELECT start INTO this_start FROM ${p}_starts;
      SET this_life = CONCAT(this_life, '-', this_start);
    END IF;
  END IF;
END`
}

/** Locks the row of a log, within a transaction, and begins a new epoch where there is none or another life. */
function lockOf(p: string): string {
  return `CREATE PROCEDURE ${p}_lock(IN log_name VARCHAR(64), IN candidate VARCHAR(32), IN this_life VARCHAR(255))
MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE this_log BIGINT;
  DECLARE last_life VARCHAR(255);
  DECLARE last_position BIGINT;
  SELECT id, life, position INTO this_log, last_life, last_position
    FROM ${p}_logs WHERE name = log_name FOR UPDATE;
  IF this_log IS NULL THEN
    INSERT IGNORE INTO ${p}_logs (name, epoch, life, position) VALUES (log_name, candidate, this_life, ${NOW_US});
    SELECT id, life, position INTO this_log, last_life, last_position
      FROM ${p}_logs WHERE name = log_name FOR UPDATE;
  END IF;
  IF last_life <> this_life OR last_position > ${LATEST_US} THEN
    DELETE FROM ${p}_cells WHERE log = this_log;
    DELETE FROM ${p}_matchers WHERE log = this_log;
    DELETE FROM ${p}_records WHERE log = this_log;
    UPDATE ${p}_logs SET epoch = candidate, life = this_life,
      position = IF(position > ${LATEST_US}, ${NOW_US}, GREATEST(position + 1, ${NOW_US})),
      hard_floor = 0, soft_floor = 0 WHERE id = this_log;
  END IF;
END`
}

/** Where a log stands, and what time it is. */
function headOf(p: string): string {
  return `CREATE PROCEDURE ${p}_head(IN log_name VARCHAR(64), IN candidate VARCHAR(32), IN given_life VARCHAR(255))
MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE this_life VARCHAR(255) DEFAULT given_life;
  DECLARE last_life VARCHAR(255);
  DECLARE last_position BIGINT;
  ${BOUND_WAITING}
  CALL ${p}_life(candidate, this_life);
  SELECT MAX(life), MAX(position) INTO last_life, last_position FROM ${p}_logs WHERE name = log_name;
  IF last_life IS NULL OR last_life <> this_life OR last_position > ${LATEST_US} THEN
    START TRANSACTION;
    CALL ${p}_lock(log_name, candidate, this_life);
    COMMIT;
  END IF;
  ${END_WAITING}
  SELECT *, ${NOW_MS} AS now_ms FROM ${p}_logs WHERE name = log_name;
END`
}

/** Appends records, which come as a list of lists: strength, type, value in base64, two cells. */
function appendOf(p: string): string {
  const columns = `(n FOR ORDINALITY, strength CHAR(1) PATH '$[0]', type CHAR(1) PATH '$[1]', value VARCHAR(1000) PATH '$[2]',
      one INT PATH '$[3]', other INT PATH '$[4]')`
  const rows = `JSON_TABLE(records, '$[*]' COLUMNS ${columns}) AS r`
  return `CREATE PROCEDURE ${p}_append(
  IN log_name VARCHAR(64), IN candidate VARCHAR(32), IN given_life VARCHAR(255), IN records LONGTEXT CHARACTER SET utf8mb4
) MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE this_life VARCHAR(255) DEFAULT given_life;
  DECLARE this_log, last_position, base, added, before_added BIGINT;
  DECLARE hard, soft BIGINT DEFAULT 0;
  DECLARE this_epoch VARCHAR(32);
  ${BOUND_WAITING}
  SET added = JSON_LENGTH(records);
  CALL ${p}_life(candidate, this_life);
  START TRANSACTION;
  CALL ${p}_lock(log_name, candidate, this_life);
  SELECT id, epoch, position, appended INTO this_log, this_epoch, last_position, before_added
    FROM ${p}_logs WHERE name = log_name FOR UPDATE;
  -- From here on alone, so that positions show in order. The n-th record gets base + n.
  SET base = GREATEST(last_position, ${NOW_US} - 1);
  INSERT INTO ${p}_records (log, position, previous, epoch, strength, type, value)
    SELECT this_log, base + r.n, IF(r.n = 1, last_position, base + r.n - 1), this_epoch, r.strength, r.type,
      FROM_BASE64(r.value) FROM ${rows};
  INSERT INTO ${p}_cells (log, strength, cell, position)
    SELECT this_log, c.strength, c.cell, MAX(c.position) FROM (
      SELECT r.strength, r.one AS cell, base + r.n AS position FROM ${rows}
      UNION ALL SELECT r.strength, r.other, base + r.n FROM ${rows}
    ) AS c WHERE c.cell IS NOT NULL GROUP BY c.strength, c.cell ORDER BY c.strength, c.cell
    ON DUPLICATE KEY UPDATE position = VALUES(position);
  INSERT INTO ${p}_matchers (log, strength, type, value, position)
    SELECT this_log, r.strength, r.type, FROM_BASE64(r.value), base + r.n FROM ${rows}
      WHERE r.type <> 'a' AND r.one IS NULL ORDER BY r.n
    ON DUPLICATE KEY UPDATE position = VALUES(position);
  SELECT COALESCE(MAX(IF(r.strength = 'h', base + r.n, 0)), 0), COALESCE(MAX(IF(r.strength = 's', base + r.n, 0)), 0)
    INTO hard, soft FROM ${rows} WHERE r.type = 'a';
  IF (SELECT COUNT(*) FROM ${p}_matchers WHERE log = this_log) > ${MAX_MATCHERS} THEN
    -- The older half gives way: what was loaded before one of them is outdated, what was loaded since is not.
    SELECT GREATEST(hard, COALESCE(MAX(IF(old.strength = 'h', old.position, 0)), 0)),
      GREATEST(soft, COALESCE(MAX(IF(old.strength = 's', old.position, 0)), 0)) INTO hard, soft
      FROM (SELECT strength, position FROM ${p}_matchers WHERE log = this_log ORDER BY position LIMIT ${MAX_MATCHERS / 2}) AS old;
    DELETE FROM ${p}_matchers WHERE log = this_log AND position <= IF(strength = 'h', hard, soft);
  END IF;
  UPDATE ${p}_logs SET position = base + added, hard_floor = GREATEST(hard_floor, hard),
    soft_floor = GREATEST(soft_floor, soft), appended = appended + added WHERE id = this_log;
  IF (before_added + added) DIV ${TRIM_EVERY} > before_added DIV ${TRIM_EVERY} THEN
    SELECT MAX(t.position) INTO last_position FROM (SELECT position FROM ${p}_records WHERE log = this_log
      ORDER BY position DESC LIMIT 1 OFFSET ${MAX_RECORDS}) AS t;
    DELETE FROM ${p}_records WHERE log = this_log AND position <= last_position;
  END IF;
  COMMIT;
  ${END_WAITING}
  SELECT this_epoch AS epoch, base + added AS position;
END`
}
