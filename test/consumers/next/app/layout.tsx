import type { ReactNode } from 'react'

// No request for an icon that is not there.
export const metadata = { title: 'next', icons: 'data:,' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
