import { defineReconnectBanner } from '@protoo-kit/client-core/reconnect-banner'
import type { MountBanner } from './mount-banner.js'

export const mountElement: MountBanner = (container, source, signIn) => {
  defineReconnectBanner()
  const banner = document.createElement('protoo-reconnect-banner')
  banner.peer = source
  banner.signIn = signIn
  container.append(banner)
  return (messages) => {
    banner.messages = messages
  }
}
