import { ReconnectBanner } from '@protoo-kit/react'
import { createRoot } from 'react-dom/client'
import '@protoo-kit/react/reconnect-banner.css'
import type { MountBanner } from './mount-banner.js'

export const mountReact: MountBanner = (container, source, signIn) => {
  const root = createRoot(container)
  return (messages) => root.render(<ReconnectBanner peer={source} signIn={signIn} messages={messages} />)
}
