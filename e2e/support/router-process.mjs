// The messaging's server as a process of its own. It says what its application tells, over IPC.
import { startMessaging } from '../../examples/instant-messaging/server.js'

const messaging = await startMessaging()
for (const event of /** @type {const} */ (['online', 'offline']))
  messaging.app.on(event, ({ username, uuid }) => process.send?.({ event, username, uuid }))
process.on('disconnect', () => process.exit())
process.send?.({ url: messaging.url })
