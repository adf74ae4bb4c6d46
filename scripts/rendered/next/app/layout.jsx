import { NOTE_COMPLAINTS } from '../complaints.js'
import { Providers } from './providers.jsx'

export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <script dangerouslySetInnerHTML={{ __html: NOTE_COMPLAINTS }} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  )
}
