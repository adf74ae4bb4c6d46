import { afterAll, afterEach } from 'vitest'
import { nodeCases } from '../../../../../scripts/node-cases.ts'
import { sqlite } from '../../../src/index.ts'
import { closeNodes, openNodes } from '../nodes.ts'
import { freshPath, removeFolders } from './folder.ts'

afterEach(closeNodes)
afterAll(removeFolders)

const path = freshPath()
nodeCases((count, options) => openNodes(count, () => sqlite({ path }), options), false)
