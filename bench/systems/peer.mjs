// The PeerJS broker that is on npm. It carries no messages of an application, so only its connections are compared.
import express from 'express'
import { ExpressPeerServer } from 'peer'
import { WebSocket } from 'ws'

export const name = 'peer'

let ids = 0

/** @type {import('./system.js').System['serve']} */
export function serve(http, application) {
  const broker = ExpressPeerServer(http, { path: '/', concurrent_limit: 100_000 })
  // Mounting it is what makes it listen.
  express().use(broker)
  broker.on('connection', () => application.joined(mute))
  return { broadcast: unsupported }
}

/** @type {import('./system.js').System['connect']} */
export async function connect(url) {
  const socket = new WebSocket(`${url}/peerjs?key=peerjs&id=peer${++ids}&token=token`)
  // `OPEN`: the broker has taken it in.
  await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject))
  return { ...mute, close: () => socket.close() }
}

/** @type {import('./system.js').End} */
const mute = { request: unsupported, notify: unsupported, close: () => {} }

/** @returns {never} */
function unsupported() {
  throw new Error('peer carries no messages of an application')
}
