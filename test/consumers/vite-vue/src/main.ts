import { createProtoo } from '@protoo-kit/vue'
import { createApp } from 'vue'
import '@protoo-kit/vue/reconnect-banner.css'
import App from './App.vue'

const url = `${location.origin.replace('http', 'ws')}/?peerId=ann`
createApp(App).use(createProtoo({ url })).mount('#root')
