import { createProtoo } from '@protoo-kit/vue'
import { createApp } from 'vue'
import '@protoo-kit/vue/reconnect-banner.css'
import '../shared/chat.css'
import { defineNetworkDrawer } from '../shared/network-drawer.js'
import { openVisit } from '../shared/visit.js'
import ChatRoom from './ChatRoom.vue'

const visit = openVisit()
if (visit) {
  document.title = visit.room
  defineNetworkDrawer()
  const leave = () => {
    // Stops the chat, and closes the connection: said, so that nobody waits for this person to return.
    app.unmount()
    visit.leave()
  }
  const app = createApp(ChatRoom, { visit: { ...visit, leave } })
  app.use(createProtoo({ url: visit.url, options: { retry: visit.retry } })).mount('#app')
}
