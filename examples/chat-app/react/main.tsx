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
  createRoot(container).render(
    <StrictMode>
      <App visit={visit} />
    </StrictMode>,
  )
}
