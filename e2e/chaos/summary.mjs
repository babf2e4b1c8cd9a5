import { STAGES, WAYS } from './plan.mjs'

/** Of all cuts, each of these stages must have at least this share. */
const LEAST_SHARE = 0.05
/** All but the one for which nothing need be arranged. */
const ARRANGED = STAGES.slice(0, -1)

/** @typedef {import('./conversation.mjs').Account} Account */

/**
 * Adds up what all ends report, and finds what should not be.
 *
 * @param {object} reports
 * @param {boolean} reports.finished
 * @param {number} reports.expected how many clients there should be
 * @param {import('./victim.mjs').Victim[]} reports.victims
 * @param {import('./client.mjs').ClientReport[]} reports.clients
 * @param {import('./server-process.mjs').ServerReport[]} reports.servers
 */
export function summarize({ finished, expected, victims, clients, servers }) {
  /** @type {string[]} */
  const problems = []
  const cuts = sum(victims.map((victim) => victim.cuts))
  const tally = STAGES.map((stage) => {
    const ways = WAYS.map((way) => sum(victims.map((victim) => victim.tally[stage]?.[way] ?? 0)))
    return { stage, cuts: sum(ways), share: sum(ways) / cuts, ways }
  })
  if (!finished) problems.push('nothing happened any more before all cuts were made')
  for (const { stage, share } of tally)
    if (ARRANGED.includes(stage) && !(share >= LEAST_SHARE))
      problems.push(`only ${percent(share)} of the cuts were ${stage}`)
  for (const { id, wrongs } of victims) problems.push(...wrongs.map((wrong) => `${id}: ${wrong}`))

  const toServer = direction()
  const toClient = direction()
  if (clients.length !== expected || servers.length !== expected)
    problems.push(`${clients.length} clients and ${servers.length} peers of ${expected} reported`)
  for (const client of clients) {
    const server = servers.find(({ id }) => id === client.id)
    if (!server) continue
    if (client.begun !== 1 || server.begun !== 1)
      problems.push(`${client.id}: ${client.begun} sessions, ${server.begun} at the server`)
    if (client.closed || server.closed)
      problems.push(`${client.id}: closed (${client.closed}), at the server (${server.closed})`)
    for (const failure of [...client.failures, ...server.failures]) problems.push(`${client.id}: ${failure}`)
    add(toServer, client, server)
    add(toClient, server, client)
  }
  for (const [name, way] of Object.entries({ 'client → server': toServer, 'server → client': toClient })) {
    const { lost, doubled, outOfOrder, wrong, unsettled } = way
    for (const [what, count] of Object.entries({ lost, doubled, outOfOrder, wrong, unsettled }))
      if (count !== 0) problems.push(`${name}: ${count} ${what}`)
  }
  const resumed = sum(clients.map((client) => client.resumed))
  const sessions = sum(clients.map((client) => client.begun))
  const replays = {
    toServer: sum(victims.map((victim) => victim.replays.toServer)),
    toClient: sum(victims.map((victim) => victim.replays.toClient)),
  }
  return { cuts, tally, replays, clients: clients.length, sessions, resumed, toServer, toClient, problems }
}

/** @typedef {ReturnType<typeof summarize>} Summary */

function direction() {
  return {
    messages: 0,
    received: 0,
    lost: 0,
    doubled: 0,
    outOfOrder: 0,
    requests: 0,
    right: 0,
    wrong: 0,
    unsettled: 0,
    withdrawn: 0,
  }
}

/**
 * @param {ReturnType<typeof direction>} total
 * @param {Account} sender
 * @param {Account} receiver
 */
function add(total, sender, receiver) {
  total.messages += sender.made
  total.received += receiver.received
  total.lost += sender.made - receiver.received
  total.doubled += receiver.doubled
  total.outOfOrder += receiver.outOfOrder + sender.answersOutOfOrder
  total.requests += sender.requests
  total.right += sender.right
  total.wrong += sender.wrong
  total.withdrawn += sender.withdrawn
  total.unsettled += sender.requests - sender.right - sender.wrong
}

/** @param {Summary & { seed: number, seconds: number }} result */
export function print(result) {
  const { seed, seconds, cuts, clients, sessions, resumed, tally, replays } = result
  const { toServer, toClient, problems } = result
  console.log(`\n${cuts} cuts in ${seconds} s, ${clients} clients, seed ${seed}`)
  console.table(
    Object.fromEntries(
      tally.map(({ stage, cuts, share, ways }) => [
        stage,
        { cuts, share: percent(share), ...Object.fromEntries(WAYS.map((way, index) => [way, ways[index]])) },
      ]),
    ),
  )
  console.log(
    `replays cut: ${replays.toClient} of the server's messages, ${replays.toServer} of the client's`,
  )
  console.table({ 'client → server': toServer, 'server → client': toClient })
  console.log(`${sessions} sessions, resumed ${resumed} times`)
  for (const problem of problems) console.log(`WRONG: ${problem}`)
  if (problems.length > 0) console.log(`The same again: CHAOS_SEED=${seed}`)
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(1)} %`
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}
