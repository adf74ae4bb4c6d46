/** The stores of a cache's database, of which there is one for each scope and schema. */

/** One record for each entry, under its encoded key. */
export const ENTRIES = 'entries'
/** The invalidation log: rows of its records, each under the position of the last one, and what is left of those that were dropped. */
export const RECORDS = 'records'
/** The ledger of what is stored: pages under their numbers. */
export const LEDGER = 'ledger'
/** What there is one of: the state of the log, the highest wall time seen. */
export const META = 'meta'
/** Key in it: the token of a server up to which everything that it invalidated was appended. */
export const SERVER_TOKEN = 'log.server'
/** Key in it: the token of a server up to which some of that may have been appended. */
export const HEARD_TOKEN = 'log.server.heard'

/** All of them. */
export const STORES: readonly string[] = [ENTRIES, LEDGER, RECORDS, META]
