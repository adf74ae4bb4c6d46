import { Cacheable } from '../src/index.ts'

/** Its constructor calls a method that `Sub` overrides and calls. */
export class Base {
  readonly first: Promise<string>

  constructor() {
    this.first = this.find(0)
  }

  @Cacheable()
  async find(id: number): Promise<string> {
    return `base ${id}`
  }
}

export class Sub extends Base {
  @Cacheable()
  override async find(id: number): Promise<string> {
    return `sub of ${await super.find(id)}`
  }
}
