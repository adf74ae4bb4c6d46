import calculateSlot from 'cluster-key-slot'

const SLOTS = 16_384
const NO_TAG = /^[^{]*\{\}/

/**
 * The slot of a key, as the servers of a cluster see it. A key whose first braces are empty has no hash tag there, where
 * `cluster-key-slot` looks on for one, and ioredis with it: such a command is redirected.
 */
export function clusterSlot(key: string): number {
  return NO_TAG.test(key) ? crc16(Buffer.from(key)) % SLOTS : calculateSlot(key)
}

/** CRC-16/XMODEM, as the specification of Redis Cluster names it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021
    crc &= 0xffff
  }
  return crc
}
