import { encodeKeyPrefix, hasKeyPrefix } from '@hotpath/contract'

/** Whether a key belongs to one of these namespaces. */
export function memoryOnlyKeys(names: readonly string[]): (key: string) => boolean {
  const prefixes = names.map((name) => encodeKeyPrefix([name]))
  return (key) => prefixes.some((prefix) => hasKeyPrefix(key, prefix))
}
