import { nodeCases } from '../../../../../scripts/node-cases.ts'
import { openNodes } from '../nodes.ts'
import { usePostgres } from './server.ts'

const db = usePostgres()
nodeCases((count, options) => openNodes(count, () => db().tier(), options), true)
