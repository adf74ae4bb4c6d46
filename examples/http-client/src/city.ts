/** A place. */
export interface City {
  readonly id: number
  readonly name: string
  readonly population: number
}

/** A few of them. */
export interface CityPage {
  readonly cities: readonly City[]
}
