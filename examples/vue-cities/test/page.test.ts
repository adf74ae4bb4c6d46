import { describePage } from 'city-page-example/suite'
import { startVuePage } from '../server/server.ts'

describePage(startVuePage)
