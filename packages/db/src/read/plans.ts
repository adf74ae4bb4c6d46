/** The plans of statements by their SQL, for one version of the schema. */
import { digestOf } from '@hotpath/contract'
import type { SchemaState } from '../catalog/schema-watch.ts'
import type { PlanOptions } from '../dependencies/plan.ts'
import { type Plan, planOf } from './plan.ts'

/** Statements whose plans are kept. */
const MAX_PLANS = 2_000
/** Plans of longer statements are made each time. */
const MAX_LENGTH = 16_384

/** Keeps plans. */
export class Plans {
  #plans = new Map<string, Plan>()
  #state: SchemaState | undefined
  readonly #options: PlanOptions

  constructor(options: PlanOptions) {
    this.#options = options
  }

  /** The plan of a statement. */
  of(sql: string, state: SchemaState): Plan {
    if (state !== this.#state) {
      this.#state = state
      this.#plans = new Map()
    }
    const known = this.#plans.get(sql)
    if (known !== undefined) return known
    const plan = planOf(sql, state.schema, `${digestOf(`${state.keyStart}:${sql}`)}:`, this.#options)
    if (sql.length > MAX_LENGTH) return plan
    if (this.#plans.size >= MAX_PLANS) this.#plans.clear()
    this.#plans.set(sql, plan)
    return plan
  }
}
