/** In place of a server: it responds in a task of its own, to all that was asked meanwhile. */

/** What is shown. */
export interface City {
  readonly id: number
  readonly name: string
}

/** What the list shows. */
const COUNT = 100

/** What was done since it was set back. */
export const counts = { loads: 0, renders: 0 }

const renamed = new Map<number, string>()
let version = 1
let waiting: (() => void)[] = []

/** From now on all cities have another name. */
export function growOlder(): void {
  version++
  renamed.clear()
}

/** Whether a name is the one that the city has now. */
export function isNewest(name: string): boolean {
  return name.endsWith(` of ${version}`)
}

export async function loadCity(id: number): Promise<City> {
  await response()
  return cityOf(id)
}

export async function loadCities(): Promise<readonly City[]> {
  await response()
  return Array.from({ length: COUNT }, (_, id) => cityOf(id))
}

export async function rename({ id, name }: City): Promise<City> {
  await response()
  renamed.set(id, name)
  return cityOf(id)
}

/** As the server has it now. */
function cityOf(id: number): City {
  return { id, name: renamed.get(id) ?? `city ${id} of ${version}` }
}

function response(): Promise<void> {
  counts.loads++
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length > 1) return
    setTimeout(() => {
      const all = waiting
      waiting = []
      for (const respond of all) respond()
    })
  })
}
