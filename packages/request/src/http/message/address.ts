/**
 * Addresses. To parse one costs as much as all else that a client does for a request, so a path that parsing would leave
 * as it is is put behind its origin as it is.
 */
import { keepOne } from '../../call/kept.ts'

/** The parts of an address that a client looks at; a `URL` has them. */
export type Address = Readonly<Pick<URL, 'origin' | 'pathname' | 'search' | 'href'>>

/** Without what is encoded, in a path or in a query, by the URL Standard (section 1.3) and what ends either of them. */
const UNCHANGED = /^\/[\w\-.~!$&()*+,;=:@/%]*(?:\?[\w\-.~!$&()*+,;=:@/%?]+)?$/
/** What climbs out of its place, encoded or not. */
const DOTS = /\/(?:\.|%2e)/i

/** A path of an origin: `base` is its address, `path` begins with a slash. */
export function addressAt(base: Pick<Address, 'origin'>, path: string): URL | Address {
  return UNCHANGED.test(path) && !DOTS.test(path) ? new PlainAddress(base.origin, path) : new URL(base.origin + path)
}

/** Keeps the shape of addresses, for a client that will make many. */
export function keepAddress(): void {
  keepOne(PlainAddress, () => new PlainAddress('', ''))
}

/** The same as a `URL`, to be given away. */
export function urlOf(address: Address): URL {
  return address instanceof URL ? address : new URL(address.href)
}

class PlainAddress implements Address {
  readonly origin: string
  readonly href: string

  constructor(origin: string, path: string) {
    this.origin = origin
    this.href = origin + path
  }

  get pathname(): string {
    const { href, origin } = this
    return href.slice(origin.length, href.length - this.search.length)
  }

  get search(): string {
    const at = this.href.indexOf('?')
    return at < 0 ? '' : this.href.slice(at)
  }
}
