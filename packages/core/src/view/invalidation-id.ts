import type { Invalidation } from '@hotpath/contract'

/** Names a scope and a strength. */
export function idOf({ scope, strength }: Invalidation): string {
  switch (scope.type) {
    case 'all':
      return strength
    case 'key':
      return `${strength} key ${scope.key}`
    case 'tag':
      return `${strength} tag ${scope.tag}`
    case 'prefix':
      return `${strength} prefix ${scope.prefix}`
    case 'pattern':
      return `${strength} pattern ${scope.pattern}`
  }
}
