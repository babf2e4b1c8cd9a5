export type { BannerAction, BannerMessages } from '@protoo-kit/client-core'
export { createProtooComposables, type ProtooComposables } from './composables.js'
export { createProtoo, type ProtooPlugin, type ProtooSettings } from './create-protoo.js'
export type { MaybeRef, PeerLike, PeerOption, PeerRef, PeerSource, StatusPeerSource } from './peer-source.js'
export {
  type BannerParts,
  ReconnectBanner,
  type ReconnectBannerProps,
  type ReconnectBannerSlots,
} from './reconnect-banner.js'
export type { OptionsSetting, ProtooPeerOptions, UrlSetting } from './settings.js'
export {
  type UseConnectionStatus,
  type UseConnectionStatusOptions,
  useConnectionStatus,
} from './use-connection-status.js'
export { type UseNotification, useNotification } from './use-notification.js'
export { type UseOpen, useOpen } from './use-open.js'
export {
  type ProtooPeer,
  type UsePeer,
  type UseProtooPeer,
  usePeer,
  useProtooPeer,
} from './use-protoo-peer.js'
export { type ProtooRequestRefs, type UseRequest, useRequest } from './use-request.js'
export { type UseRequestHandler, useRequestHandler } from './use-request-handler.js'
