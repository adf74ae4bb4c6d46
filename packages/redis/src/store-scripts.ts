/**
 * Scripts that store and remove by what is there. What is compared lies at the beginning of a frame: version, flags, the
 * epoch (six bytes, or a length and a text), and seven bytes of asOf, the lowest first.
 */
import { FRAME_VERSION } from '@hotpath/codec'
import { Script } from './script.ts'

/** Version, flags, and the longest epoch with its length, then asOf. */
const HEAD_BYTES = 2 + 1 + 64 + 7

const PLACES = `
local function placeOf(frame)
  if #frame < 3 or string.byte(frame, 1) ~= ${FRAME_VERSION} then return nil end
  local first, length = 3, 6
  if string.byte(frame, 2) % 2 == 0 then first, length = 4, string.byte(frame, 3) end
  local asOf = string.reverse(string.sub(frame, first + length, first + length + 6))
  if #asOf < 7 then return nil end
  return string.sub(frame, first, first + length - 1), asOf
end
local function comesLater(one, other)
  for at = 1, 7 do
    local a, b = string.byte(one, at), string.byte(other, at)
    if a ~= b then return a > b end
  end
  return false
end
local function placeAt(key)
  local old = redis.pcall('GETRANGE', key, 0, ${HEAD_BYTES - 1})
  if type(old) == 'string' then return placeOf(old) end
end
`

/**
 * Stores frames, each unless one of the same epoch and a larger asOf is there. ARGV: frame and lifetime in milliseconds
 * (0: forever) for each key.
 */
export const STORE: Script = new Script(`${PLACES}
for index, key in ipairs(KEYS) do
  local frame, lifetime = ARGV[index * 2 - 1], ARGV[index * 2]
  local oldEpoch, oldAsOf = placeAt(key)
  local epoch, asOf = placeOf(frame)
  if oldEpoch == nil or oldEpoch ~= epoch or not comesLater(oldAsOf, asOf) then
    if lifetime == '0' then redis.call('SET', key, frame) else redis.call('SET', key, frame, 'PX', lifetime) end
  end
end
return #KEYS
`)

/** Removes what is there, unless it is of the same epoch and at least as late as the head of a frame in ARGV[1]. */
export const REMOVE: Script = new Script(`${PLACES}
local epoch, asOf = placeOf(ARGV[1])
for _, key in ipairs(KEYS) do
  local oldEpoch, oldAsOf = placeAt(key)
  if oldEpoch == nil or oldEpoch ~= epoch or comesLater(asOf, oldAsOf) then redis.call('UNLINK', key) end
end
return #KEYS
`)
