import type { BannerMessages } from '@protoo-kit/client-core'
import { ReconnectBanner } from '@protoo-kit/vue'
import { createApp, h, shallowRef } from 'vue'
import '@protoo-kit/vue/reconnect-banner.css'
import type { MountBanner } from './mount-banner.js'

export const mountVue: MountBanner = (container, source, signIn) => {
  const current = shallowRef<Partial<BannerMessages>>({})
  createApp(() => h(ReconnectBanner, { peer: source, signIn, messages: current.value })).mount(container)
  return (messages) => {
    current.value = messages
  }
}
