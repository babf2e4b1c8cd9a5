/**
 * For an application's own unit tests: a server in memory, on mock-socket, that behaves as badly as asked, time that
 * stands still, and recorded exchanges.
 *
 * ```ts
 * const server = new MockServer<ChatContract>('ws://chat.test')
 * server.handle('join', ({ name }) => ({ members: [name] }))
 * const peer = createPeer<ChatContract>('ws://chat.test', { WebSocket: server.WebSocket })
 * ```
 */
export { FakeClock } from '@protoo-kit/protocol/testing'
export { type MockClient, MockServer, type MockServerOptions } from './mock-server.js'
export { Recorder, type RecorderOptions } from './recorder.js'
export { type RecordedEvent, type RecordedFrame, type Recording, readRecording } from './recording.js'
export type { Replay } from './replay.js'
