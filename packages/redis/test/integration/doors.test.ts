import { nodeCases } from '../../../../scripts/node-cases.ts'
import { useNodes } from './nodes.ts'

const server = useNodes()
nodeCases((count, options) => server().open(count, options), true)
