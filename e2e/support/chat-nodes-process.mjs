// The chat on three nodes, started by a process that a test can tell what to do over IPC.
import { startChat } from '../../examples/chat-app/server.js'

const chat = await startChat({ nodes: 3 })
process.on('message', () => process.send?.({ nodes: chat.nodes }))
process.on('disconnect', () => void chat.close())
process.send?.({ url: chat.url })
