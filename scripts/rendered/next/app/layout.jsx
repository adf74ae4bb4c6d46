import { NOTE_COMPLAINTS } from '../complaints.js'

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
