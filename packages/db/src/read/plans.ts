/** The plans of statements by their SQL, for one version of the schema. */
import { digestOf } from '@hotpath/contract'
import type { SchemaState } from '../catalog/schema-watch.ts'
import type { PlanOptions } from '../dependencies/plan.ts'
import { type Plan, planOf } from './plan.ts'

/** Statements whose plans are kept. */
const MAX_PLANS = 2_000
/** Of all of them together; a longer one is planned each time. */
const MAX_CHARACTERS = 4_000_000

/** Keeps plans. */
export class Plans {
  #plans = new Map<string, Plan>()
  #characters = 0
  #state: SchemaState | undefined
  readonly #options: PlanOptions

  constructor(options: PlanOptions) {
    this.#options = options
  }

  /** The plan of a statement. */
  of(sql: string, state: SchemaState): Plan {
    if (state !== this.#state) {
      this.#state = state
      this.#forget()
    }
    const known = this.#plans.get(sql)
    if (known !== undefined) return known
    const plan = planOf(sql, state.schema, `${digestOf(`${state.keyStart}:${sql}`)}:`, this.#options)
    if (sql.length > MAX_CHARACTERS) return plan
    if (this.#plans.size >= MAX_PLANS || this.#characters + sql.length > MAX_CHARACTERS) this.#forget()
    this.#characters += sql.length
    this.#plans.set(sql, plan)
    return plan
  }

  #forget(): void {
    this.#plans.clear()
    this.#characters = 0
  }
}
