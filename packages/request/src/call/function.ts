import { wrongOption } from '@hotpath/contract'

/** What policies take: any function. */
// oxlint-disable-next-line typescript/no-explicit-any -- parameters are compared both ways by `any` alone
export type AnyFunction = (this: any, ...args: any) => unknown

/** @throws ConfigError for what cannot be called. */
export function assertFunction(fn: unknown, option: string, example: string): asserts fn is AnyFunction {
  if (typeof fn !== 'function') throw wrongOption(option, 'a function', fn, `Use for example \`${example}\`.`)
}
