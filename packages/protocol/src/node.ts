// What the ends on Node share beyond the protocol: writing to a socket.
export { emptyTextFrame, type FrameOptions, frameTexts } from './frame.js'
export { FrameWriter, type WriteCallback } from './frame-writer.js'
