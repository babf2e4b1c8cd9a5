import { Conversation } from './conversation.mjs'
import { createRandom } from './random.mjs'

/** @typedef {Awaited<ReturnType<ReturnType<typeof startClient>>>} ClientReport */

/**
 * A client in Node or in a page.
 *
 * @param {typeof import('@protoo-kit/client-core').createPeer} createPeer
 * @param {{ url: string, id: string, seed: number }} options
 * @returns what ends it and reports, within so many ms
 */
export function startClient(createPeer, { url, id, seed }) {
  const peer = createPeer(`${url}?peerId=${id}`, {
    // So that it gives up an upgrade that is held back, and dials anew, soon.
    connectTimeout: 400,
    retry: { minTimeout: 10, maxTimeout: 50 },
    random: createRandom(seed, id, 'jitter').fraction,
  })
  const conversation = new Conversation(peer, seed, id, 'client')
  peer.on('request', (request, accept) => conversation.answer(request, accept))
  peer.on('notification', ({ data }) => conversation.count(data))
  let resumed = 0
  let begun = 0
  let closed = ''
  peer.on('open', (event) => {
    if (event.resumed) resumed++
    else if (++begun === 1) conversation.start()
  })
  peer.on('close', ({ cause, code }) => {
    closed = `${cause} ${code ?? ''}`
  })

  return async (/** @type {number} */ patience) => {
    await Promise.race([
      conversation.finish(),
      new Promise((resolve) => {
        setTimeout(resolve, patience)
      }),
    ])
    return { id, begun, resumed, closed, ...conversation.report() }
  }
}
