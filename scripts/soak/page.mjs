import { cpus } from 'node:os'
import { mib } from './run.mjs'

/**
 * docs/soak.md.
 *
 * @param {Awaited<ReturnType<typeof import('./run.mjs').runSoak>>} result
 */
export function page({ seed, count, warmUp, seconds, totals, before, between, after, growth, stopped }) {
  const { opened, resumes } = stopped
  const number = (/** @type {number} */ value) => value.toLocaleString('en-US')
  const resumed = Object.entries(resumes)
    .map(([outcome, times]) => `${number(times)} ${outcome}`)
    .join(', ')
  return `# Long days

\`npm run soak\` lets clients come and go for a long time, and looks at what that leaves behind: at best nothing. Built packages and real sockets; the server
is in a process of its own. \`npm test\` does the same with fewer clients for half a minute.

\`\`\`
npm run soak                                          2,000 clients, a minute to warm up, then ten minutes
npm run soak -- --clients 200 --seconds 60 --seed 42
npm run soak -- --write                               writes the figures below
\`\`\`

## What happens

Each client lives one life after the other. In a life it joins a room of up to eight, does something 20 to 60 times, and leaves. What it does is drawn: a request (60 %), a notification that the room
gets (35 %), breaking its own connection in the middle of whatever goes on (3 %), or having the server break somebody's (2 %). Every eighth request is answered with a question. Some messages have 20 kB. It leaves by closing (half of them), by waiting until the server closes the
room, or by vanishing: then nobody tells the server, and its session has to expire. A tenth of the clients stay for the whole time, in one session.

After warm-up and four times more, the last one at the end, all come together in the same rooms and fall silent: so all measurements are of the same number of connections, sessions and rooms. V8 is told not to
optimise in the server's process: what it compiles for speed lies on the same heap, and comes when it comes.

These must be true:

- every message has arrived once: at the end of each life both ends compare what they have sent and received, requests, answers and broadcasts, both ways;
- no session was lost, and nobody was closed who had not said goodbye;
- the server's heap, after garbage collection, is at most 5 % larger at the end than after warm-up;
- after \`drain()\` and \`close()\` the server's process has no handle that it did not begin with and no timer, not even one that would not keep it running, and ends by itself. So does that of the clients;
- as many rooms were closed as were opened, and no limit was hit.

## The latest run

Node ${process.version}, ${cpus().length} cores, ${number(count)} clients, ${number(warmUp)} s to warm up and ${number(seconds)} s after, seed ${seed}.

| | |
|---|---|
| lives | ${number(totals.lives)} |
| rooms opened and closed | ${number(opened.rooms)} |
| requests from clients, answered | ${number(totals.requests)} |
| requests to clients, answered | ${number(totals.answered)} |
| notifications from clients | ${number(totals.notifications)} |
| notifications delivered | ${number(totals.received)} |
| connections | ${number(opened.connections)} |
| broken by their client, by the server | ${number(totals.drops)}, ${number(totals.cuts)} |
| resumes | ${resumed} |
| lost, doubled or swapped messages | 0 |
| heap after warm-up | ${mib(before.heapUsed)} (resident ${mib(before.rss)}) |
| heap meanwhile | ${between.map(({ heapUsed }) => mib(heapUsed)).join(', ')} |
| heap at the end | ${mib(after.heapUsed)} (resident ${mib(after.rss)}) |
| growth | ${(growth * 100).toFixed(1)} % |
| handles and timers left | 0 |
`
}
