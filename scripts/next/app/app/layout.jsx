/** What the page complains of, from the first script on. */
const NOTE_COMPLAINTS = `
  globalThis.complaints = []
  console.error = console.warn = (...parts) => complaints.push(parts.map(String).join(' '))
  addEventListener('error', ({ message }) => complaints.push(message))`

export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <script dangerouslySetInnerHTML={{ __html: NOTE_COMPLAINTS }} />
      </head>
      <body>{children}</body>
    </html>
  )
}
