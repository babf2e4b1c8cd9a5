// Some of the clients, in a process of their own. It is told over IPC whom to start, and when to come to an end.
import { createPeer } from '@protoo-kit/client-core'
import { startClient } from './client.mjs'

/** @type {ReturnType<typeof startClient>[]} */
const clients = []

process.on('message', async (/** @type {ClientsOrder} */ order) => {
  if ('ids' in order) {
    for (const id of order.ids) clients.push(startClient(createPeer, { ...order, id }))
  } else process.send?.(await Promise.all(clients.map((finish) => finish(order.finish))))
})
process.on('disconnect', () => process.exit())

/** @typedef {{ url: string, ids: string[], seed: number } | { finish: number }} ClientsOrder */
