import { QueryClient, VueQueryPlugin, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { type City, loadCities, loadCity, rename } from './cities.ts'
import type { Composables } from './vue-screens.ts'

const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 3_600_000 } } })

export const tanstack: Composables = {
  plugin: (app) => void app.use(VueQueryPlugin, { queryClient }),
  useCities: () => useQuery({ queryKey: ['cities', 'list'], queryFn: loadCities }).data,
  useCity: (id) => useQuery({ queryKey: ['cities', id], queryFn: () => loadCity(id) }).data,
  useRename() {
    const queries = useQueryClient()
    const { mutate } = useMutation({
      mutationFn: rename,
      async onMutate(city: City) {
        const queryKey = ['cities', city.id]
        await queries.cancelQueries({ queryKey })
        const before = queries.getQueryData<City>(queryKey)
        queries.setQueryData(queryKey, city)
        return { before }
      },
      onError: (_error, { id }, context) => void queries.setQueryData(['cities', id], context?.before),
      onSettled: (_result, _error, { id }) => queries.invalidateQueries({ queryKey: ['cities', id] }),
    })
    return (city) => mutate(city)
  },
  invalidate: () => void queryClient.invalidateQueries({ queryKey: ['cities'] }),
  forget: () => queryClient.clear(),
}
