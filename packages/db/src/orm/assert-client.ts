/** The client of an ORM that is given beside the optimizer over it. */
import { wrongClient } from '../driver/assert-client.ts'

/** @throws ConfigError for what does not have these methods. */
export function assertClient(client: unknown, name: string, rule: string, methods: readonly string[]): void {
  const given = (client ?? {}) as Readonly<Record<string, unknown>>
  if (methods.some((method) => typeof given[method] !== 'function'))
    throw wrongClient(name, rule, client, 'Pass it as the second argument.')
}
