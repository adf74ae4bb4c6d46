import { QueryClient, QueryClientProvider, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type City, loadCities, loadCity, rename } from './cities.ts'
import type { Hooks } from './react-screens.tsx'

const client = new QueryClient({ defaultOptions: { queries: { staleTime: 3_600_000 } } })

export const tanstack: Hooks = {
  Provider: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  useCities: () => useQuery({ queryKey: ['cities', 'list'], queryFn: loadCities }).data,
  useCity: (id) => useQuery({ queryKey: ['cities', id], queryFn: () => loadCity(id) }).data,
  useRename() {
    const queries = useQueryClient()
    const { mutate } = useMutation({
      mutationFn: rename,
      async onMutate(city) {
        const queryKey = ['cities', city.id]
        await queries.cancelQueries({ queryKey })
        const before = queries.getQueryData<City>(queryKey)
        queries.setQueryData(queryKey, city)
        return { before }
      },
      onError: (_error, { id }, context) => void queries.setQueryData(['cities', id], context?.before),
      onSettled: (_result, _error, { id }) => queries.invalidateQueries({ queryKey: ['cities', id] }),
    })
    return mutate
  },
  invalidate: () => void client.invalidateQueries({ queryKey: ['cities'] }),
  forget: () => client.clear(),
}
