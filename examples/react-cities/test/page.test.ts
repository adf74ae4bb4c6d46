import { describePage } from 'city-page-example/suite'
import { startReactPage } from '../server/server.ts'

describePage(startReactPage)
