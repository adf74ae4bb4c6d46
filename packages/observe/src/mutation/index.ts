export { mutation } from './mutation.ts'
export type { LatestCall, MutateOptions, Mutation, MutationSnapshot } from './mutation.ts'
export { changeOf } from './change-of.ts'
export type { MutationContext, MutationOptions, OptimisticChange } from './mutation-options.ts'

export { optimistic } from './optimistic.ts'
export type { OptimisticLayer } from './optimistic.ts'

export { isTemporaryId, temporaryId } from '../layers/ids.ts'
