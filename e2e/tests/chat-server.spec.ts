import { expect, test } from '../support/test.js'

test('nothing that a client sends breaks the chat for the others', async ({ server, visit }) => {
  const ann = await visit('Ann', server.url)
  const result = await ann.page.evaluate(async (url) => {
    const open = (query: string) =>
      new Promise<WebSocket>((resolve) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}${query}`, 'protoo')
        socket.onopen = socket.onerror = () => resolve(socket)
      })
    const refused: number[] = []
    for (const query of ['', '?roomId=lobby', `?roomId=lobby&peerId=${'x'.repeat(65)}`]) {
      const socket = await open(query)
      refused.push(socket.readyState)
    }
    const socket = await open('?roomId=lobby&peerId=eve')
    const request = (id: number, method: string, data: unknown) =>
      JSON.stringify({ request: true, id, method, data })
    const frames = [
      '',
      'null',
      '[]',
      '{"request":true}',
      '{"response":true,"id":1,"ok":true}',
      '{"notification":true,"method":"message","data":null}',
      '{"notification":true,"method":"typing","data":null}',
      new Uint8Array([1, 2, 3]),
      request(1, 'message', { text: 'not joined' }),
      request(2, 'join', null),
      request(3, 'join', { name: 7 }),
      request(4, 'constructor', {}),
      request(5, 'join', { name: 'Eve' }),
      request(6, 'message', 'text'),
      '{"notification":true,"method":"typing","data":{"typing":"constructor"}}',
      request(7, 'message', { text: ' ' }),
      request(8, 'message', { text: 'x'.repeat(2001) }),
      request(9, 'message', { text: 'fine', id: {} }),
      request(10, 'message', { text: 'fine', id: 'a' }),
      request(11, 'message', { text: 'again', id: 'a' }),
    ]
    const answers: Record<number, number | true> = {}
    await new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        const { response, id, ok, errorCode } = JSON.parse(data)
        if (response) answers[id] = ok || errorCode
        if (id === 11) resolve()
      }
      for (const frame of frames) socket.send(frame)
    })
    const oversized = new Promise<number>((resolve) => {
      socket.onclose = ({ code }) => resolve(code)
    })
    socket.send('x'.repeat(100_000))
    return { refused, answers, oversized: await oversized }
  }, server.url)

  expect(result.refused).toEqual([3, 3, 3])
  expect(result.answers).toEqual({
    1: 403,
    2: 400,
    3: 400,
    4: 501,
    5: true,
    6: 400,
    7: 400,
    8: 400,
    9: 400,
    10: true,
    11: true,
  })
  expect(result.oversized).toBe(1009)
  // Once only: the second one had the same id.
  await expect(ann.bubbles).toHaveText(['fine'])
  await expect(ann.members).toHaveText([/Ann/])
  await ann.say('still here')
  await expect(ann.newest).toContainText('Sent')
})
