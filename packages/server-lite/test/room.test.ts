import { once } from 'node:events'
import { expect, it } from 'vitest'
import { connect, lite, serve } from './support.js'

async function accepted() {
  const { port, server, room } = await serve(lite)
  const accept = async () => {
    const asked = once(server, 'connectionrequest')
    const connecting = connect(port)
    const transport = (await asked)[1]()
    return { transport, client: await connecting }
  }
  return { room, dead: await accept(), live: await accept() }
}

it('a Peer on a closed transport takes no id, and its late close leaves the one that has it alone', async () => {
  const { room, dead, live } = await accepted()
  dead.transport.close()
  const closed = room.createPeer('ann', dead.transport)
  expect(closed.closed).toBe(true)
  expect(room.hasPeer('ann')).toBe(false)
  // As a program does that lets the newer connection take over.
  room.getPeer('ann')?.close()
  const peer = room.createPeer('ann', live.transport)
  await once(closed, 'close')
  expect(room.getPeer('ann')).toBe(peer)
  await peer.notify('welcome')
  expect(await live.client.next()).toMatchObject({ method: 'welcome' })
})
