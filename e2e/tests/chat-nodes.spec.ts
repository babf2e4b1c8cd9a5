import { ChatNodes } from '../support/chat-nodes.js'
import { type FrontEnd, frontEnds } from '../support/chat-page.js'
import { everywhere } from '../support/everywhere.js'
import { test as base, expect } from '../support/test.js'

const test = base.extend<{ nodes: ChatNodes }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
  nodes: async ({}, use) => {
    const nodes = await ChatNodes.start()
    await use(nodes)
    await nodes.stop()
  },
})

test('three nodes are one chat, and go on when one of them is killed', async ({ nodes, visit }) => {
  test.slow()
  const before = await nodes.pids()
  expect(before).toHaveLength(3)
  // They are given visitors in turn: each has one.
  const open = async (frontEnd: FrontEnd) => {
    const person = await visit(frontEnd, nodes.url, { frontEnd })
    await expect(person.member(frontEnd)).toBeVisible()
    await expect(person.state).toHaveText('Connected')
    return person
  }
  const people = { plain: await open('plain'), react: await open('react'), vue: await open('vue') }
  const said: string[] = []
  const say = async (who: FrontEnd, text: string) => {
    await people[who].say(text)
    said.push(text)
    await everywhere(people, ({ bubbles }) => expect(bubbles).toHaveText(said))
    await expect(people[who].newest).toContainText('Sent')
  }
  const seeEachOther = () =>
    everywhere(people, async (person) => {
      await expect(person.members).toHaveCount(3)
      for (const name of frontEnds) await expect(person.member(name)).toHaveAttribute('data-presence', 'here')
    })
  await seeEachOther()
  for (const who of frontEnds) await say(who, `from ${who}`)

  process.kill(before[0] ?? 0, 'SIGKILL')
  // Whoever was there has this from another node, and speaks there.
  for (const who of ['react', 'vue', 'plain'] as const) await say(who, `still ${who}`)
  await seeEachOther()

  // It is started again.
  await expect.poll(async () => (await nodes.pids()).filter((pid) => !before.includes(pid)).length).toBe(1)
  expect(await nodes.pids()).toHaveLength(3)

  // One for each node: whichever it is, newcomers see what was said.
  for (const name of ['Ann', 'Ben', 'Cleo']) {
    const newcomer = await visit(name, nodes.url)
    await expect(newcomer.bubbles).toHaveText(said)
    await expect(newcomer.member('vue')).toHaveAttribute('data-presence', 'here')
  }
  await say('vue', 'welcome')
})
