import { work } from '@hotpath/soak'
import { redis } from '../../src/index.ts'
import { type Setup, connect } from './connect.ts'

await work((setup: Setup) => {
  const { client, disconnect } = connect(setup)
  return { tier: redis({ client }), close: disconnect }
})
