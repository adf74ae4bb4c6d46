/**
 * SHA-256 after FIPS 180-4, synchronous and dependency-free: a key is needed before the first `await`, and the
 * platform's own digests are asynchronous (Web Crypto) or bound to Node.
 */

/** The first 64 primes, which the constants of the standard are made of. */
function primes(): number[] {
  const found: number[] = []
  for (let n = 2; found.length < 64; n++) if (found.every((prime) => n % prime > 0)) found.push(n)
  return found
}

/** First 32 bits of the fractional parts of the roots of primes: a double has 16 more. */
function fractions(numbers: readonly number[], root: (prime: number) => number): Uint32Array {
  return Uint32Array.from(numbers, (prime) => (root(prime) % 1) * 2 ** 32)
}

/** What the standard begins with. */
interface Constants {
  /** Of the square roots of the first eight primes (section 5.3.3). */
  readonly initial: Uint32Array
  /** Of the cube roots of all (section 4.2.2). */
  readonly k: Uint32Array
}

let made: Constants | undefined

/** Made when they are first needed. */
function constants(): Constants {
  return (made ??= { initial: fractions(primes().slice(0, 8), Math.sqrt), k: fractions(primes(), Math.cbrt) })
}

/** Digest of a message as eight 32-bit words. */
export function sha256(message: Uint8Array): Uint32Array {
  const state = Uint32Array.from(constants().initial)
  const padded = pad(message)
  const schedule = new Int32Array(64)
  for (let offset = 0; offset < padded.byteLength; offset += 64) compress(state, schedule, padded, offset)
  return state
}

/** The message, a one bit, zeros up to 8 bytes before the end of a block, and the message's length in bits. */
function pad(message: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  // In two halves: the number of bits may be over 2^32.
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000))
  view.setUint32(padded.length - 4, message.length << 3)
  return view
}

/** Mixes one block of 64 bytes into the state (section 6.2.2); the names of the variables are the standard's. */
function compress(state: Uint32Array, w: Int32Array, block: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) w[t] = block.getInt32(offset + t * 4)
  for (let t = 16; t < 64; t++) {
    const w2 = w[t - 2] as number
    const w15 = w[t - 15] as number
    const sigma1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    const sigma0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    w[t] = sigma1 + (w[t - 7] as number) + sigma0 + (w[t - 16] as number)
  }

  const { k } = constants()
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const t1 = (h + sum1 + choice + (k[t] as number) + (w[t] as number)) | 0
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const t2 = (sum0 + majority) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const mixed = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = (state[i] as number) + (mixed[i] as number)
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}
