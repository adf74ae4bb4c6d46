/**
 * Stores frames, each unless one of the same epoch and a larger asOf is there. ARGV: frame and lifetime in milliseconds
 * (0: forever) for each key. What is compared lies at the beginning of a frame: version, flags, the epoch (six bytes, or
 * a length and a text), and seven bytes of asOf, the lowest first.
 */
import { FRAME_VERSION } from '@hotpath/codec'
import { Script } from './script.ts'

/** Version, flags, and the longest epoch with its length, then asOf. */
const HEAD_BYTES = 2 + 1 + 64 + 7

export const STORE: Script = new Script(`
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
for index, key in ipairs(KEYS) do
  local frame, lifetime = ARGV[index * 2 - 1], ARGV[index * 2]
  local old = redis.pcall('GETRANGE', key, 0, ${HEAD_BYTES - 1})
  local oldEpoch, oldAsOf = nil, nil
  if type(old) == 'string' then oldEpoch, oldAsOf = placeOf(old) end
  local epoch, asOf = placeOf(frame)
  if oldEpoch == nil or oldEpoch ~= epoch or not comesLater(oldAsOf, asOf) then
    if lifetime == '0' then redis.call('SET', key, frame) else redis.call('SET', key, frame, 'PX', lifetime) end
  end
end
return #KEYS
`)
