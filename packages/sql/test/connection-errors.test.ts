import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { createRun } from '../src/postgres/run.ts'
import type { PostgresPool } from '../src/postgres/client.ts'

test('an error that comes right behind the greeting of a server does not end the process', () => {
  const pool = new EventEmitter()
  const run = createRun(pool as unknown as PostgresPool)
  createRun(pool as unknown as PostgresPool)
  const connection = new EventEmitter()
  pool.emit('connect', connection)
  // Without a listener `emit` throws, which is what ends the process.
  expect(() => connection.emit('error', new Error('terminating connection'))).not.toThrow()
  expect(run).toBeTypeOf('function')
  expect(connection.listenerCount('error')).toBe(1)
})
