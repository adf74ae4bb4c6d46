/** The client of an ORM that is given beside the optimizer over it. */
import { wrongClient } from '../driver/assert-client.ts'

/** @throws ConfigError for what does not have these methods. */
export function assertClient(
  client: unknown,
  {
    name,
    rule,
    wayOut,
    methods,
  }: { readonly name: string; readonly rule: string; readonly wayOut: string; readonly methods: readonly string[] },
): void {
  const given = (client ?? {}) as Readonly<Record<string, unknown>>
  if (methods.every((method) => typeof given[method] === 'function')) return
  throw wrongClient(name, rule, client, wayOut)
}
