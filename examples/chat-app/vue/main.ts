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
  createApp(ChatRoom, { visit })
    .use(createProtoo({ url: visit.url, options: { retry: visit.retry } }))
    .mount('#app')
}
