/** Brings records of the stream to those who follow: asked for from a cursor, or pushed by the server as they come. */
import type { LogFollower, LogRecord, LogSubscription } from '@hotpath/contract'
import type { Connection } from './connection.ts'

const BLOCK_MS = 2_000
const PAUSE_MS = 100

/** How followers of one process get their records. */
export interface StreamReader {
  follow(follower: LogFollower): Promise<LogSubscription>
}

interface Following {
  cursor: number
  readonly follower: LogFollower
}

/** Asks for what comes after a cursor. A broken connection loses nothing; what the stream lost shows as a gap. */
export function createPuller(commands: () => Connection, reader: Connection): StreamReader {
  const following = new Set<Following>()
  let isReading = false

  async function run(): Promise<void> {
    if (isReading) return
    isReading = true
    while (following.size > 0 && reader.machine.alive) {
      const cursor = Math.min(...[...following].map((one) => one.cursor))
      const records = await reader.request('read', (server) => server.read(cursor, BLOCK_MS)).catch(() => undefined)
      if (records === undefined) {
        await new Promise<void>((resolve) => void reader.machine.after(PAUSE_MS, resolve))
        continue
      }
      for (const one of [...following]) deliver(one, records)
    }
    isReading = false
  }

  function deliver(one: Following, records: readonly LogRecord[]): void {
    for (const record of records) {
      if (record.position <= one.cursor || !following.has(one)) continue
      one.cursor = record.position
      one.follower.record(record)
    }
  }

  return {
    async follow(follower) {
      const { epoch, position } = await commands().request('follow', (server) => server.head())
      const one: Following = { cursor: position, follower }
      following.add(one)
      void run()
      return { from: { epoch, position }, stop: () => void following.delete(one) }
    },
  }
}

/** Is told of records by the server. What is pushed while the connection is broken is lost. */
export function createListener(reader: Connection): StreamReader {
  return {
    follow(follower) {
      let isOver = false
      let unsubscribe = (): void => {}
      return reader.request('follow', (server) => {
        const { epoch, position } = server.head()
        const { generation } = reader
        unsubscribe = server.subscribe((record) => {
          if (generation === reader.generation && server.alive) {
            return reader.push('delivers', () => void (isOver || follower.record(record)))
          }
          // The server notices that nobody listens any more.
          unsubscribe()
          if (!isOver) reader.whenBack(() => void (isOver || follower.interrupted()))
        })
        reader.whenBack(() => void (isOver || follower.interrupted()))
        return {
          from: { epoch, position },
          stop() {
            isOver = true
            unsubscribe()
          },
        }
      })
    },
  }
}
