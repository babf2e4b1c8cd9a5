// A node in a process of its own, started by ChatNodes: it says over IPC where it listens, and drains on SIGTERM.
import { startSharedChat } from './shared-chat.js'

// In a terminal Ctrl-C reaches every process; the one that started this one says whose turn it is.
process.on('SIGINT', () => {})

try {
  const chat = await startSharedChat(JSON.parse(process.env.CHAT_NODE ?? '{}'))
  let stopping = false
  const stop = async (/** @type {boolean} */ orphaned) => {
    if (stopping) return
    stopping = true
    await chat.stop(orphaned)
    if (process.connected) process.disconnect()
  }
  process.on('SIGTERM', () => stop(false))
  // Whoever started it is gone.
  process.on('disconnect', () => stop(true))
  process.on('message', (/** @type {{ closeRoom: string }} */ { closeRoom }) => chat.closeRoom(closeRoom))
  process.send?.({ port: chat.port })
} catch (error) {
  process.send?.({ error: error instanceof Error ? error.message : String(error) }, () => process.exit(1))
}
