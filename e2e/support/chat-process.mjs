// The chat's server as a process of its own, which a test can kill. It is told what to do over IPC.
import { startChat } from '../../examples/chat-app/server.js'

const chat = await startChat({ port: Number(process.argv[2]) })
process.on('message', (/** @type {{ closeRoom: string }} */ { closeRoom }) => chat.closeRoom(closeRoom))
process.on('disconnect', () => process.exit())
process.send?.({ url: chat.url })
