import { type App, effectScope } from 'vue'
import { ownConnection } from './connection.js'
import { givenPeer, type PeerSource, peerKey } from './peer-source.js'
import type { OptionsSetting, UrlSetting } from './settings.js'

export type ProtooSettings =
  | { url: UrlSetting; options?: OptionsSetting | undefined; peer?: undefined }
  /** One made by hand, that the app neither dials nor closes. */
  | { peer: PeerSource }

/** A plugin for `app.use()`. */
export interface ProtooPlugin {
  install(app: App): void
}

/**
 * One connection for an app: made when the plugin is installed, dialled once the app is mounted (so never in a
 * server render), and closed when it is unmounted.
 *
 * ```ts
 * createApp(Root).use(createProtoo({ url: 'wss://example.org' })).mount('#app')
 * ```
 */
export function createProtoo(settings: ProtooSettings): ProtooPlugin {
  return {
    install(app) {
      if (settings.peer) {
        app.provide(peerKey, givenPeer(settings.peer))
        return
      }
      // Read where they are used, since they may be getters.
      const own = ownConnection(settings.url, settings.options)
      app.provide(peerKey, own.peer)
      const { mount, unmount } = app
      const scope = effectScope(true)
      app.mount = (...container) => {
        const root = mount(...container)
        scope.run(own.start)
        return root
      }
      app.unmount = () => {
        unmount()
        scope.stop()
        own.current().peer.close()
      }
    },
  }
}
