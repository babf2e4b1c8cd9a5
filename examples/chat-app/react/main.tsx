import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@protoo-kit/react/reconnect-banner.css'
import '../shared/chat.css'
import { defineNetworkDrawer } from '../shared/network-drawer.js'
import { openVisit } from '../shared/visit.js'
import { App } from './app.js'

const visit = openVisit()
const container = document.getElementById('app')
if (visit && container) {
  document.title = visit.room
  defineNetworkDrawer()
  const root = createRoot(container)
  const leave = () => {
    // Stops the chat, and closes the connection in a macrotask: said, so that nobody waits for this person to return.
    root.unmount()
    setTimeout(visit.leave)
  }
  root.render(
    <StrictMode>
      <App visit={{ ...visit, leave }} />
    </StrictMode>,
  )
}
