import { describe, expect, it } from 'vitest'
import { isReactive, reactive, ref } from 'vue'
import { keyNow, unwrapped } from '../src/unwrapped.ts'

describe('values without proxies', () => {
  it('are those inside of them, however deep', () => {
    const city = { name: 'Bern' }
    const value = { cities: [reactive(city)], chosen: ref(1).value }
    expect(unwrapped(value).cities[0]).toBe(city)
    expect(isReactive(value.cities[0])).toBe(true)
    expect(unwrapped(reactive(city))).toBe(city)
  })

  it('are the same objects where there is no proxy', () => {
    const value = { list: [1, { a: new Date(0) }], map: new Map([[1, 2]]), none: null, nothing: undefined }
    expect(unwrapped(value)).toBe(value)
    expect([unwrapped(1), unwrapped(null)]).toEqual([1, null])
  })

  it('are taken as they are where they go round in circles', () => {
    const value: Record<string, unknown> = {}
    value['self'] = value
    expect(unwrapped(value)).toBe(value)
  })
})

describe('a key as it is now', () => {
  it('is a copy where a part of it is reactive, and the same object where none is', () => {
    const filter = reactive({ page: 1 })
    const key = keyNow(['cities', filter])
    filter.page = 2
    expect(key).toEqual(['cities', { page: 1 }])
    const plain = ['city', 1]
    expect(keyNow(plain)).toBe(plain)
    expect(keyNow('city')).toBe('city')
  })
})
