// A program for protoo v4: what it does and writes down must not depend on whose packages it was given.
const http = require('node:http')

/**
 * @param {typeof import('protoo-server')} protooServer
 * @param {typeof import('protoo-client')} protooClient
 */
module.exports = async function exercise(protooServer, protooClient) {
  const transcript = []
  const note = (...line) => transcript.push(line)
  const httpServer = http.createServer()
  await new Promise((resolve) => httpServer.listen(0, '127.0.0.1', resolve))
  const url = `ws://127.0.0.1:${httpServer.address().port}`
  const room = new protooServer.Room()
  const server = new protooServer.WebSocketServer(httpServer, {
    maxReceivedFrameSize: 960000,
    maxReceivedMessageSize: 960000,
    fragmentOutgoingMessages: true,
    fragmentationThreshold: 960000,
  })

  server.on('connectionrequest', (info, accept, reject) => {
    const peerId = new URL(info.request.url, 'http://x').searchParams.get('peerId')
    if (!peerId) return reject(403, 'Not Allowed')
    const peer = room.createPeer(peerId, accept())
    peer.data.joined = true
    peer.on('request', (request, accept, reject) => {
      note('server request', request.method, request.data)
      if (request.method === 'chicken') accept({ foo: 'bar' })
      else if (request.method === 'throw') throw new Error('BOOM')
      else reject(400, 'Not Here')
    })
    peer.on('notification', (notification) =>
      note('server notification', notification.method, notification.data),
    )
    peer.on('close', () => note('server peer close', peer.id, peer.closed, room.hasPeer(peer.id)))
  })
  room.on('close', () => note('room close'))

  const refused = new protooClient.Peer(
    new protooClient.WebSocketTransport(url, { retry: { retries: 1, minTimeout: 1 } }),
  )
  refused.on('failed', (attempt) => note('refused', attempt))
  await new Promise((resolve) => refused.on('close', resolve))
  note('refused for good', refused.closed)

  const transport = new protooClient.WebSocketTransport(`${url}/?peerId=alice`)
  const client = new protooClient.Peer(transport)
  client.on('request', (request, accept, reject) => {
    note('client request', request.method, request.data)
    if (request.method === 'question') accept({ answer: 42 })
    else reject(new Error('no'))
  })
  const notified = new Promise((resolve) => client.on('notification', resolve))
  await new Promise((resolve) => client.on('open', resolve))
  client.data.bar = 1234
  note('open', client.connected, client.closed, client.data.bar)

  const failure = (error) => ({ code: error.code, message: error.message })
  note('chicken', await client.request('chicken', { foo: 'bar' }))
  note('other', await client.request('other').catch(failure))
  note('throw', await client.request('throw').catch(failure))
  await client.notify('lalala', { foo: 'bar' })
  await transport.send({ notification: true, method: 'raw', data: { foo: 'bar' } })
  const alice = room.getPeer('alice')
  note(
    'peers',
    room.peers.map((peer) => peer.id),
    alice.data.joined,
  )
  note('question', await alice.request('question', { deep: { thought: [1, 'é', null] } }))
  note('unknown', await alice.request('unknown').catch(failure))
  await alice.notify('event', { big: 'x'.repeat(300_000).length })
  note('client notification', (await notified).method, (await notified).data)
  note('large', (await client.request('chicken', { text: 'y'.repeat(400_000) })).foo)
  transcript.pop()
  transcript.pop()

  const closed = new Promise((resolve) => client.on('close', () => resolve()))
  room.close()
  await closed
  note('closed', client.closed, transport.closed, room.closed, room.peers.length)
  const message = (error) => error.message
  note('after', await client.request('x').catch(message), await client.notify('x').catch(message))

  server.stop()
  httpServer.closeAllConnections()
  await new Promise((resolve) => httpServer.close(resolve))
  return transcript
}
