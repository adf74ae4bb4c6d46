import { describe, expect, test } from 'vitest'
import { EventBus, type HotpathError } from '../src/index.ts'

type Event =
  | { readonly type: 'hit'; readonly key: string }
  | { readonly type: 'miss' }
  | { readonly type: 'fault'; readonly error: HotpathError }

class Bus extends EventBus<Event> {
  constructor() {
    super({ hit: true, miss: true, fault: true }, { subject: 'bus', wentOn: 'The bus' })
  }

  fault(error: HotpathError): void {
    this.emit({ type: 'fault', error })
  }
}

describe('an event bus', () => {
  test('calls those that listen to a type, until each ends its own subscription', () => {
    const bus = new Bus()
    const heard: string[] = []
    const listener = ({ key }: { readonly key: string }): void => void heard.push(key)
    const [one, other] = [bus.on('hit', listener), bus.on('hit', listener)]
    expect([bus.wants('hit'), bus.wants('miss')]).toEqual([true, false])
    bus.emit({ type: 'hit', key: 'a' })
    one()
    one()
    bus.emit({ type: 'hit', key: 'b' })
    other()
    bus.emit({ type: 'hit', key: 'c' })
    expect([heard, bus.wants('hit')]).toEqual([['a', 'a', 'b'], false])
  })

  test('an end that comes twice does not end a later subscription', () => {
    const bus = new Bus()
    const end = bus.on('miss', () => {})
    end()
    bus.on('miss', () => {})
    end()
    expect(bus.wants('miss')).toBe(true)
    bus.clear()
    expect(bus.wants('miss')).toBe(false)
  })

  test('a listener that throws or rejects becomes a fault, and the others are called', async () => {
    const bus = new Bus()
    const heard: unknown[] = []
    bus.on('miss', () => {
      throw new Error('thrown')
    })
    const rejects: () => unknown = () => Promise.reject(new Error('rejected'))
    bus.on('miss', rejects)
    bus.on('miss', () => void heard.push('called'))
    bus.on('fault', ({ error }) => heard.push([error.code, (error.cause as Error).message, error.context['type']]))
    bus.on('fault', () => {
      throw new Error('nobody is left to hear of this')
    })
    bus.emit({ type: 'miss' })
    await Promise.resolve()
    await Promise.resolve()
    expect(heard).toEqual([
      ['ERR_LISTENER_THREW', 'thrown', 'miss'],
      'called',
      ['ERR_LISTENER_THREW', 'rejected', 'miss'],
    ])
  })

  test("calls those that listen to '*' for every event, after those that listen to its type", () => {
    const bus = new Bus()
    const heard: string[] = []
    const end = bus.on('*', ({ type }) => void heard.push(`* ${type}`))
    bus.on('miss', () => void heard.push('miss'))
    expect(bus.wants('hit')).toBe(true)
    bus.emit({ type: 'hit', key: 'a' })
    bus.emit({ type: 'miss' })
    end()
    bus.emit({ type: 'hit', key: 'b' })
    expect([heard, bus.wants('hit')]).toEqual([['* hit', 'miss', '* miss'], false])
  })

  test("a listener to '*' that throws becomes a fault, of which it hears once", () => {
    const bus = new Bus()
    const heard: string[] = []
    bus.on('*', ({ type }) => {
      heard.push(type)
      throw new Error('thrown')
    })
    bus.emit({ type: 'miss' })
    expect(heard).toEqual(['miss', 'fault'])
  })

  test('`once` listens to the next event alone, also where the listener causes it again', () => {
    const bus = new Bus()
    const heard: string[] = []
    bus.once('hit', ({ key }) => {
      heard.push(key)
      if (heard.length < 3) bus.emit({ type: 'hit', key: 'again' })
    })
    const end = bus.once('*', ({ type }) => void heard.push(type))
    bus.emit({ type: 'hit', key: 'a' })
    bus.emit({ type: 'hit', key: 'b' })
    end()
    expect(heard).toEqual(['a', 'hit'])
    bus.once('miss', () => void heard.push('never'))()
    bus.emit({ type: 'miss' })
    expect([heard.length, bus.wants('miss')]).toEqual([2, false])
    expect(() => bus.once('hit', 5 as never)).toThrow('must be a function')
  })

  test('refuses events that there are not, and what is no function', () => {
    const bus = new Bus()
    expect(() => bus.on('hits' as 'hit', () => {})).toThrow("There is no event 'hits'. Use one of hit, miss, fault, *.")
    expect(() => bus.on('toString' as 'hit', () => {})).toThrow('There is no event')
    expect(() => bus.on('hit', 5 as never)).toThrow("Use for example `bus.on('hit', (event) => …)`")
  })
})
