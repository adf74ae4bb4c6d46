import { NOTE_COMPLAINTS } from './complaints.js'

export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  telemetry: false,
  app: { head: { script: [{ innerHTML: NOTE_COMPLAINTS, tagPosition: 'head', tagPriority: 'critical' }] } },
})
