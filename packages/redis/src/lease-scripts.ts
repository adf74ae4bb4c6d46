/**
 * Leases of one cache, in the slot of its log: a key for each lease with its holder, a counter of grants, which are the
 * fencing tokens, and a stream that tells which lease was given back.
 */
import { Script } from './script.ts'

/** KEYS: lease, grants; ARGV: holder, milliseconds. Answers the fencing token, 0 when another holds it. */
export const ACQUIRE: Script = new Script(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return redis.call('INCR', KEYS[2]) end
return 0
`)

/** KEYS: lease; ARGV: holder, milliseconds. Answers 1 while the holder has it. */
export const RENEW: Script = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

/** KEYS: lease, stream, counter of those given back; ARGV: holder, key of the cache, stream length. */
export const RELEASE: Script = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
local count = redis.call('INCR', KEYS[3])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], string.format('%.0f-0', count), 'k', ARGV[2])
return 1
`)
