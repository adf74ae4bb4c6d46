/**
 * Run as a process of its own: stops the browsers of a test process that has ended in any way, also by SIGKILL, which a
 * handler in that process could not do. It is told of them by lines on its standard input, which closes with that process.
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Guarded, GuardMessage } from './guarded.ts'

const guarded = new Map<number, Guarded>()

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as GuardMessage
  if (message.type === 'started') guarded.set(message.pid, message)
  else guarded.delete(message.pid)
}

for (const { pid, dir } of guarded.values()) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}
