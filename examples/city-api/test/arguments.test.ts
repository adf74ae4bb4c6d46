import { describe, expect, it } from 'vitest'
import { readArguments } from '../src/arguments.ts'
import { StartError } from '../src/start-error.ts'

describe('readArguments', () => {
  it('serves on port 3000 until it is stopped', () => {
    expect(readArguments([], {})).toEqual({ once: false, help: false, port: 3_000 })
  })

  it('takes any free port for a single run', () => {
    expect(readArguments(['--once'], {}).port).toBe(0)
  })

  it('respects PORT in both', () => {
    expect(readArguments([], { PORT: '8080' }).port).toBe(8_080)
    expect(readArguments(['--once'], { PORT: '8080' }).port).toBe(8_080)
  })

  it.each(['http', '-1', '65536', '80.5', '0x50', ' '])('refuses PORT=%j and says what to do', (PORT) => {
    expect(() => readArguments([], { PORT })).toThrow(StartError)
    expect(() => readArguments([], { PORT })).toThrow(/from 0 to 65535, received .* Use for example PORT=3001/)
  })

  it.each(['--twice', 'now', '--once=yes'])('refuses %s and shows the usage', (argument) => {
    expect(() => readArguments([argument], {})).toThrow(StartError)
    expect(() => readArguments([argument], {})).toThrow('Usage: ./scripts/start')
  })

  it('takes the address of a Redis, and nothing else for one', () => {
    expect(readArguments(['--redis', 'redis://127.0.0.1:6380'], {}).redis).toBe('redis://127.0.0.1:6380')
    expect(() => readArguments(['--redis', 'localhost'], {})).toThrow('Use for example redis://127.0.0.1:6379')
  })

  it('takes SQLite as a store, nothing else for one, and no Redis beside it', () => {
    expect(readArguments(['--store', 'sqlite'], {}).store).toBe('sqlite')
    expect(() => readArguments(['--store', 'mysql'], {})).toThrow('`--store` must be sqlite, received "mysql"')
    const both = ['--store', 'sqlite', '--redis', 'redis://127.0.0.1:6379']
    expect(() => readArguments(both, {})).toThrow('Use one of them')
  })
})
