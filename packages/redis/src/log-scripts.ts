/**
 * The log of one cache name on one server: a hash with its state and a stream with its records, in one slot.
 *
 *     e  epoch          l  life: run id of the server that began the epoch      p  last position
 *     F  hard floor     G  soft floor                                           n  number of patterns and prefixes
 *     h<cell>, s<cell>  position of a hard or soft cell
 *     hx:<pattern>, sx:<pattern>, hp:<prefix>, sp:<prefix>   position of a pattern or prefix
 *
 * The state lives in one key, so that it is lost as a whole or not at all; then, and on a server of another life, a new
 * epoch begins. The run id is read within the script: a client cannot know for sure who will answer it. Positions are
 * microseconds of the server's clock, or one more than the last; Lua's numbers hold them exactly.
 *
 * `allow-oom`: to outdate must work most of all when the server is full.
 */
import { Script } from './script.ts'

/** Patterns and prefixes that are kept apart before the floor rises. */
const MAX_PATTERNS = 1_000

const OPEN = `#!lua flags=allow-oom
local state, stream = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local life = ARGV[2]
if life == '' then life = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or '?' end
local known = redis.call('HMGET', state, 'e', 'l', 'p')
local epoch, last = known[1], tonumber(known[3] or '0')
if not epoch or known[2] ~= life or last == 0 then
  redis.call('DEL', state, stream)
  epoch = ARGV[1]
  last = math.max(now, last + 1)
  redis.call('HSET', state, 'e', epoch, 'l', life, 'p', string.format('%.0f', last))
end
`

/** Answers the server's seconds and microseconds. */
export const TIME: Script = new Script(`return redis.call('TIME')`)

/** Answers epoch, life, last position, and the server's seconds and microseconds. */
export const HEAD: Script = new Script(`${OPEN}
return { epoch, life, string.format('%.0f', last), time[1], time[2] }
`)

/** Answers as HEAD does, and the fields of the state behind. */
export const SNAPSHOT: Script = new Script(`${OPEN}
return { epoch, life, string.format('%.0f', last), time[1], time[2], redis.call('HGETALL', state) }
`)

/** Appends what ARGV names from the fourth on, five by five: strength, type, value, two cells; ARGV[3]: stream length. */
export const APPEND: Script = new Script(`${OPEN}
local function forgetPatterns()
  for _, field in ipairs(redis.call('HKEYS', state)) do
    if string.match(field, '^[hs][xp]:') then redis.call('HDEL', state, field) end
  end
  redis.call('HDEL', state, 'n')
end
for at = 4, #ARGV, 5 do
  local strength, type, value = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local before = string.format('%.0f', last)
  last = math.max(last + 1, now)
  local position = string.format('%.0f', last)
  local floor = strength == 'h' and 'F' or 'G'
  if type == 'a' then
    redis.call('HSET', state, floor, position)
  elseif type == 'k' or type == 't' then
    redis.call('HSET', state, strength .. ARGV[at + 3], position, strength .. ARGV[at + 4], position)
  else
    local isNew = redis.call('HSET', state, strength .. type .. ':' .. value, position)
    if isNew == 1 and redis.call('HINCRBY', state, 'n', 1) > ${MAX_PATTERNS} then
      forgetPatterns()
      redis.call('HSET', state, 'F', position, 'G', position)
    end
  end
  redis.call('XADD', stream, 'MAXLEN', '~', ARGV[3], position .. '-0',
    'e', epoch, 'b', before, 's', strength, 't', type, 'v', value)
end
redis.call('HSET', state, 'p', string.format('%.0f', last))
return { epoch, string.format('%.0f', last) }
`)
