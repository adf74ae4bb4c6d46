/**
 * The log of one cache name on one server: a hash with its state and a stream with its records, in one slot.
 *
 *     e  epoch          l  life: run id of the server that began the epoch      p  last position
 *     F  hard floor     G  soft floor                                           v  version of this form
 *     h<row>, s<row>    positions of 32 hard or soft cells, 16 digits each
 *     hx:<pattern>, sx:<pattern>, hp:<prefix>, sp:<prefix>   position of a pattern or prefix
 *     n  number of patterns and prefixes                     q<number>  the field of one of them
 *     t  the server's clock as it was seen last
 *
 * The state lives in one key, so that it is lost as a whole or not at all; then, and on a server of another life, a new
 * epoch begins. The run id is read within the script: a client cannot know for sure who will answer it. Positions are
 * microseconds of the server's clock, or one more than the last; Lua's numbers hold them exactly.
 *
 * Cells lie in rows because a process reads all of them when it begins, and Redis does nothing else meanwhile: a full
 * table is 8,192 fields and 4 MB, which takes it some milliseconds, where 262,144 fields took fifty times as long. The
 * price is that raising a cell writes its row.
 *
 * The ages of entries are told by the server's clock. When it was set back nobody knows them any more, so a new epoch
 * begins; so it does where a number of the state is none, as nobody knows what it was. What is not ours under one of the
 * two keys (another type, a record of a later id) is removed: it would end every append.
 *
 * `allow-oom`: invalidations must work most of all when the server is full.
 */
import { Script } from './script.ts'

/** Patterns and prefixes that are kept apart before the older half of them raises the floor. */
export const MAX_PATTERNS = 1_000

/** Another one begins a new epoch. */
const VERSION = '2'

/** Cells of a row. */
export const ROW_CELLS = 32

/** Digits of a position: all below 2^53 have as many at most. */
export const POSITION_DIGITS = 16

/** By how much a clock may go back that is only being kept in step. */
const MAX_BACK_MICROSECONDS = 1_000_000
/** The clock is noted no more often: each time is a write. */
const NOTED_EVERY_MICROSECONDS = 5_000_000
/** Positions stay below 2^53, also those of a clock that is centuries ahead. */
const MAX_MICROSECONDS = 9_000_000_000_000_000

const OPEN = `#!lua flags=allow-oom
local state, stream = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = math.min(time[1] * 1000000 + time[2], ${MAX_MICROSECONDS})
local function numberIn(text)
  if not text then return 0 end
  local number = string.match(text, '^%d+$') and tonumber(text)
  return number and number < ${Number.MAX_SAFE_INTEGER} and number or nil
end
local life = ARGV[2]
if life == '' then life = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or '?' end
local known = redis.pcall('HMGET', state, 'e', 'l', 'p', 't', 'v', 'n', 'F', 'G')
if known.err then
  if not string.find(known.err, 'WRONGTYPE', 1, true) then return known end
  known = {}
end
local epoch, last, clock = known[1], numberIn(known[3]), numberIn(known[4])
local patterns = numberIn(known[6])
local isWhole = last and clock and patterns and patterns <= ${MAX_PATTERNS} and numberIn(known[7]) and numberIn(known[8])
if not epoch or known[2] ~= life or known[5] ~= '${VERSION}' or not isWhole or last == 0
  or now < clock - ${MAX_BACK_MICROSECONDS} then
  redis.call('UNLINK', state, stream)
  epoch = ARGV[1]
  last = math.max(now, (last or 0) + 1)
  redis.call('HSET', state, 'v', '${VERSION}', 'e', epoch, 'l', life,
    'p', string.format('%.0f', last), 't', string.format('%.0f', now))
elseif now > clock + ${NOTED_EVERY_MICROSECONDS} then
  redis.call('HSET', state, 't', string.format('%.0f', now))
end
`

/** Answers the server's seconds and microseconds. */
export const TIME: Script = new Script(`return redis.call('TIME')`)

/** The server's time in milliseconds since 1970, from its seconds and microseconds. */
export function timeIn(reply: unknown): number {
  const [seconds, microseconds] = reply as readonly [unknown, unknown]
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000
}

/** Answers epoch, life, last position, and the server's seconds and microseconds. */
export const HEAD: Script = new Script(`${OPEN}
return { epoch, life, string.format('%.0f', last), time[1], time[2] }
`)

/** Removes a stream that is none, or that holds a record of a later id than ours. */
export const REPAIR: Script = new Script(`${OPEN}
local id = string.format('%.0f-18446744073709551615', last)
local later = redis.pcall('XREAD', 'COUNT', '1', 'STREAMS', stream, id)
if not later or (later.err and not string.find(later.err, 'WRONGTYPE', 1, true)) then return 0 end
return redis.call('UNLINK', stream)
`)

/** Appends what ARGV names from the fourth on, five by five: strength, type, value, two cells; ARGV[3]: stream length. */
export const APPEND: Script = new Script(`${OPEN}
local function raiseFloor(floor, position)
  if position > tonumber(redis.call('HGET', state, floor) or '0') then
    redis.call('HSET', state, floor, string.format('%.0f', position))
  end
end
-- The older half gives way: what was loaded before one of them is outdated, what was loaded since is not.
-- One by one: there may be more than a command of a script may be given.
local function forgetPatterns(count)
  local found = {}
  for index = 1, count do
    local field = redis.call('HGET', state, 'q' .. index)
    redis.call('HDEL', state, 'q' .. index)
    local position = field and redis.call('HGET', state, field)
    -- Nobody knows what a damaged position was.
    if position then found[#found + 1] = { field = field, position = numberIn(position) or last } end
  end
  table.sort(found, function(one, other) return one.position < other.position end)
  local half = math.ceil(#found / 2)
  for index, one in ipairs(found) do
    if index <= half then
      redis.call('HDEL', state, one.field)
      raiseFloor(string.sub(one.field, 1, 1) == 'h' and 'F' or 'G', one.position)
    else
      redis.call('HSET', state, 'q' .. (index - half), one.field)
    end
  end
  redis.call('HSET', state, 'n', #found - half)
end
local function raise(strength, cell, position)
  local field = strength .. math.floor(cell / ${ROW_CELLS})
  local row = redis.call('HGET', state, field) or string.rep('0', ${ROW_CELLS * POSITION_DIGITS})
  -- Nobody knows what a damaged row was.
  if #row ~= ${ROW_CELLS * POSITION_DIGITS} then row = string.rep(position, ${ROW_CELLS}) end
  local before = (cell % ${ROW_CELLS}) * ${POSITION_DIGITS}
  local raised = string.sub(row, 1, before) .. position .. string.sub(row, before + ${POSITION_DIGITS + 1})
  redis.call('HSET', state, field, raised)
end
for at = 4, #ARGV, 5 do
  local strength, type, value = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local before = string.format('%.0f', last)
  last = math.max(last + 1, now)
  local position = string.format('%.0f', last)
  local floor = strength == 'h' and 'F' or 'G'
  if type == 'a' then
    redis.call('HSET', state, floor, position)
  elseif type == 'k' or type == 't' or type == 'l' or type == 'u' then
    local digits = string.format('%0${POSITION_DIGITS}.0f', last)
    raise(strength, ARGV[at + 3], digits)
    raise(strength, ARGV[at + 4], digits)
  else
    local field = strength .. type .. ':' .. value
    if redis.call('HSET', state, field, position) == 1 then
      local count = redis.call('HINCRBY', state, 'n', 1)
      redis.call('HSET', state, 'q' .. count, field)
      if count > ${MAX_PATTERNS} then forgetPatterns(count) end
    end
  end
  local record = { stream, 'MAXLEN', '~', ARGV[3], position .. '-0',
    'e', epoch, 'b', before, 's', strength, 't', type, 'v', value }
  local added = redis.pcall('XADD', unpack(record))
  if added.err then
    -- Followers see a gap where the stream was.
    redis.call('UNLINK', stream)
    redis.call('XADD', unpack(record))
  end
end
redis.call('HSET', state, 'p', string.format('%.0f', last))
return { epoch, string.format('%.0f', last) }
`)
