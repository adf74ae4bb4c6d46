/**
 * Leases of one cache, in the slot of its log: a key for each lease with its holder, the last fencing token, and a stream
 * of the leases that were given back, with its last id. Tokens and ids are microseconds of the server's clock, or one
 * more than the last, so that they grow also when everything was flushed.
 */
import { Script } from './script.ts'

const NEXT = `
local time = redis.call('TIME')
local function nextAfter(key)
  local last = redis.pcall('GET', key)
  -- What is of another type is written over. Asked again, whatever else it is ends the script.
  if type(last) == 'table' and not string.find(last.err, 'WRONGTYPE', 1, true) then redis.call('GET', key) end
  last = type(last) == 'string' and tonumber(last) or 0
  return string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
end
`

/**
 * KEYS: lease, last token; ARGV: holder, milliseconds. Answers the fencing token, 0 when another holds it. One that has
 * much longer to live than it was taken for is a remnant: the server's clock was set back. The lease is set last, after
 * whatever it takes to give it back, so that nothing is left behind when rights are missing.
 */
export const ACQUIRE: Script = new Script(`${NEXT}
if redis.call('EXISTS', KEYS[1]) == 1 then
  -- Without the right to ask, it is held for as long as it is there.
  local left = redis.pcall('PTTL', KEYS[1])
  if type(left) ~= 'number' or (left >= 0 and left <= tonumber(ARGV[2]) * 2) then return 0 end
end
local token = nextAfter(KEYS[2])
redis.call('SET', KEYS[2], token)
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return token
`)

/** KEYS: lease; ARGV: holder, milliseconds. Answers 1 while the holder has it. */
export const RENEW: Script = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

/** KEYS: lease, stream, its last id; ARGV: holder, key of the cache, stream length. */
export const RELEASE: Script = new Script(`${NEXT}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
local id = nextAfter(KEYS[3])
redis.call('SET', KEYS[3], id)
local record = { KEYS[2], 'MAXLEN', '~', ARGV[3], id .. '-0', 'k', ARGV[2] }
if redis.pcall('XADD', unpack(record)).err then
  -- Not a stream, or one with a record that is not ours.
  redis.call('UNLINK', KEYS[2])
  redis.call('XADD', unpack(record))
end
return 1
`)
