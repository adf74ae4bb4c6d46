/** A connection of `pg` that is lost in the moment in which it is made: deterministic, with a pool of its shape. */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { type PgClient, pg } from '../src/driver/pg.ts'

class Client extends EventEmitter implements PgClient {
  query(): Promise<never> {
    return Promise.reject(new Error('not queryable'))
  }

  release(): void {}
}

test('its error is not one that nobody listens to, and its statements reject', async () => {
  const client = new Client()
  const driver = pg({
    connect(done?: (error: unknown, client?: PgClient) => void): Promise<PgClient> {
      done?.(undefined, client)
      // As in the same piece of data from the server.
      client.emit('error', new Error('terminating connection'))
      return Promise.resolve(client)
    },
  })
  const connection = await driver.acquire()
  await expect(connection.run('select 1', [])).rejects.toThrow('not queryable')
  connection.release()
  expect(client.listenerCount('error')).toBe(0)
})

test('a pool that knows promises alone is taken, and what it rejects with is seen', async () => {
  const client = new Client()
  const connection = await pg({ connect: () => Promise.resolve(client) }).acquire()
  client.emit('error', new Error('terminating connection'))
  connection.release()
  await expect(pg({ connect: () => Promise.reject(new Error('refused')) }).acquire()).rejects.toThrow('refused')
})
