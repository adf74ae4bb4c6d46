// oxlint-disable-next-line import/no-unassigned-import -- it extends `Reflect`
import 'reflect-metadata'
import { describe, expect, test } from 'vitest'
import { Cacheable, Memoize } from '../src/index.ts'
import { make } from './make.ts'

/** As frameworks have them: leaves something on the function, without replacing it. */
function Route(path: string) {
  return (_target: object, _name: string, descriptor: PropertyDescriptor): void => {
    Reflect.defineMetadata('path', path, descriptor.value as object)
    Object.assign(descriptor.value as object, { route: path })
  }
}

describe('beside other decorators', () => {
  test('what they left on the method is still there, on whichever side they stand', async () => {
    make()
    class Users {
      @Route('/above')
      @Cacheable()
      async above(id: number): Promise<number> {
        return id
      }
      @Cacheable()
      @Route('/below')
      async below(id: number): Promise<number> {
        return id
      }
      @Memoize()
      @Route('/memo')
      memo(id: number): number {
        return id
      }
    }
    for (const name of ['above', 'below', 'memo'] as const) {
      const method = Users.prototype[name]
      expect(Reflect.getMetadata('path', method), name).toBe(`/${name}`)
      expect((method as { route?: string }).route, name).toBe(`/${name}`)
    }
    expect(await new Users().below(1)).toBe(1)
  })

  test('a class without a name is refused when it is made', () => {
    const decorate = (): unknown => {
      const target = { find: async (id: number) => id }
      Object.defineProperty(target, 'constructor', { value: (() => function () {})() })
      const descriptor = Object.getOwnPropertyDescriptor(target, 'find') as PropertyDescriptor
      return Cacheable()(target, 'find', descriptor as never)
    }
    expect(decorate).toThrow(expect.objectContaining({ code: 'ERR_DECORATOR_NAME' }))
  })
})
