/** A page that a server renders, and that the browser takes over. */
import { useCached } from '@hotpath/vue'
import { type Component, defineComponent, h } from 'vue'

export const CITY = 'city'

/** What is loaded says where. */
export const Page: Component = defineComponent({
  props: { where: { type: String, required: true } },
  setup({ where }) {
    const { data, status, isPlaceholder } = useCached(CITY, async () => `Bern of the ${where}`)
    const name = (): string | undefined => (status.value === 'pending' ? 'Loading' : data.value)
    return () => h('h1', { class: isPlaceholder.value ? 'dim' : 'whole' }, name())
  },
})
