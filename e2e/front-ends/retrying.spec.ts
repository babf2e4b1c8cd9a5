import { everywhere, inTurn, isActive } from '../support/everywhere.js'
import { expect, test } from '../support/test.js'

test('a long wait is counted down for the eye, said once, and "Retry now" ends it at once', async ({
  server,
  startServer,
  visitAll,
}) => {
  const people = await visitAll(server.url, { minTimeout: 60_000, maxTimeout: 60_000, steady: true })
  await server.kill()
  await everywhere(people, async ({ field, record }) => {
    await expect.poll(() => record.all('countdown').length).toBeGreaterThan(3)
    const seconds = record
      .texts('countdown')
      .map((text) => Number(/^Next attempt in (\d+) s$/.exec(text ?? '')?.[1]))
    expect(seconds).toEqual([...new Set(seconds)].sort((a, b) => b - a))
    expect(seconds[0]).toBeLessThan(60)
    expect(record.texts('said')).toEqual(['Connection lost. Trying again…'])
    // Chromium alone tells of what moves.
    expect(record.shiftsOfOutage).toEqual([])
    expect(await isActive(field)).toBe(true)
    expect(record.all('dial')).toEqual([])
  })

  await startServer(server.port)
  await inTurn(people, async ({ action, record, state, field }) => {
    await expect(action).toHaveText('Retry now')
    await action.click()
    await expect(state).toHaveText('Connected')
    expect(record.all('dial')).toHaveLength(1)
    expect(Number(record.last('dial')?.at) - Number(record.last('click')?.at)).toBeLessThan(250)
    // The button went away under it.
    await expect.poll(() => isActive(field)).toBe(true)
  })
})

test('a wait of five seconds is not counted', async ({ server, visitAll }) => {
  const people = await visitAll(server.url, { minTimeout: 5000, maxTimeout: 5000, steady: true })
  await server.kill()
  await everywhere(people, async ({ banner, record }) => {
    await expect(banner).toBeVisible()
    // The wait is over: there was time enough to count. The next one is longer.
    await expect.poll(() => record.all('dial').length).toBe(1)
    const before = ({ at }: { at: number }) => at < Number(record.all('dial')[0]?.at)
    expect(record.all('countdown').filter(before)).toEqual([])
  })
})

test('a server that does not answer from the start is said not to', async ({ wire, server, openAll }) => {
  wire.pagesOnly = true
  const people = await openAll(wire.url, { minTimeout: 300, maxTimeout: 300 })
  await everywhere(people, async ({ banner, state, action }) => {
    await expect(banner).toContainText('The server does not answer. Trying again…')
    await expect(state).toHaveText('Connecting…')
    await expect(action).toHaveText('Retry now')
  })
  wire.pagesOnly = false
  expect(wire.target).toBe(server.port)
  await everywhere(people, async ({ state, members }) => {
    await expect(state).toHaveText('Connected')
    await expect(members).toHaveCount(3)
  })
})

test('a server that refuses for a while: the pages go on trying, and get in', async ({
  wire,
  server,
  serve,
  visitAll,
}) => {
  const refusing = await serve((http) => {
    http.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    })
  })
  const people = await visitAll(wire.url, { minTimeout: 500, maxTimeout: 500 })
  wire.target = refusing
  wire.cut()
  await everywhere(people, async ({ banner, record, state }) => {
    await expect(banner).toContainText('Connection lost. Trying again')
    await expect.poll(() => record.all('dial').length).toBeGreaterThanOrEqual(4)
    await expect(state).toHaveText('Reconnecting…')
  })

  wire.target = server.port
  await everywhere(people, async (person) => {
    await expect(person.state).toHaveText('Connected')
    await expect.poll(() => person.record.texts('banner').length).toBe(2)
    // Chromium alone tells of what moves: nothing has, since before the banner came.
    expect(person.record.shiftsOfOutage).toEqual([])
  })
  // Only now: a message makes the others' pages move.
  await everywhere(people, async (person, frontEnd) => {
    await person.say(`${frontEnd} is in again`)
    await expect(person.newest).toContainText('Sent')
  })
})
