/** What the page complains of, from the first script on. */
export const NOTE_COMPLAINTS = `
  globalThis.complaints = []
  console.error = console.warn = (...parts) => complaints.push(parts.map(String).join(' '))
  addEventListener('error', ({ message }) => complaints.push(message))
  addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)))`
