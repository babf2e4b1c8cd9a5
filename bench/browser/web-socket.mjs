// The practical limit in a page: nothing but the browser's WebSocket and JSON, in the messages of protoo.

/** @type {import('../systems/system.js').System['connect']} */
export async function connect(url, application) {
  const socket = new WebSocket(url)
  /** @type {Map<number, (data: any) => void>} */
  const pending = new Map()
  let lastId = 0
  const send = (/** @type {object} */ message) => socket.send(JSON.stringify(message))
  socket.onmessage = ({ data: text }) => {
    const { request, response, id, data } = JSON.parse(text)
    if (request) send({ response: true, id, ok: true, data: application.request(data) })
    else if (response) {
      pending.get(id)?.(data)
      pending.delete(id)
    } else application.notification(data)
  }
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  return {
    request(data) {
      const id = ++lastId
      send({ request: true, id, method: 'bench', data })
      return new Promise((resolve) => pending.set(id, resolve))
    },
    notify: (data) => send({ notification: true, method: 'bench', data }),
    close: () => socket.close(),
  }
}
