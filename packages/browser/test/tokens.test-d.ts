import type { Token } from '@hotpath/contract'
import { expectTypeOf, test } from 'vitest'
import type { FollowOptions, Token as FollowToken } from '../src/follow/index.ts'
import type { Cache, Token as PageToken } from '../src/index.ts'
import type { Positions, Token as PositionsToken } from '../src/positions/index.ts'

test('tokens are named where they are taken or returned', () => {
  expectTypeOf<ReturnType<Cache['position']>>().toEqualTypeOf<PageToken | undefined>()
  expectTypeOf<FollowOptions['after']>().toEqualTypeOf<FollowToken | undefined>()
  expectTypeOf<Positions['token']>().toEqualTypeOf<PositionsToken>()
  expectTypeOf<PageToken>().toEqualTypeOf<Token>()
})
