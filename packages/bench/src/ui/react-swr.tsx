import useSWR, { SWRConfig, mutate, useSWRConfig } from 'swr'
import { type City, loadCities, loadCity, rename } from './cities.ts'
import type { Hooks } from './react-screens.tsx'

const options = { revalidateIfStale: false, dedupingInterval: 0 }

export const swr: Hooks = {
  Provider: ({ children }) => <SWRConfig value={options}>{children}</SWRConfig>,
  useCities: () => useSWR<readonly City[]>('cities', loadCities).data,
  useCity: (id) => useSWR<City, unknown, readonly [string, number]>(['city', id], () => loadCity(id)).data,
  useRename() {
    const config = useSWRConfig()
    return (city) => {
      const options = { optimisticData: city, rollbackOnError: true, populateCache: false }
      config.mutate(['city', city.id], rename(city), options).catch(() => {})
    }
  },
  invalidate: () => void mutate(() => true),
  forget: () => mutate(() => true, undefined, { revalidate: false }),
}
