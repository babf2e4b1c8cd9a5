// What each table of the report shows.

/**
 * @typedef {object} Table
 * @property {string} title
 * @property {string} text
 * @property {string} measurement
 * @property {[title: string, measure: string, unit: string][]} columns
 * @property {string} chart which of the measures is drawn
 * @property {'more' | 'less'} better
 */

/** @type {Table[]} */
export const tables = [
  {
    title: 'Requests, client to server, 64 in flight',
    text: 'One connection. Every answer is compared with what was asked.',
    measurement: 'requests',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
  },
  {
    title: 'Requests, server to client, 64 in flight',
    text: 'The same, asked by the server.',
    measurement: 'server requests',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'perSecond',
    better: 'more',
  },
  {
    title: 'Requests one after the other',
    text: 'What a lone message waits: nothing is held back for it.',
    measurement: 'sequential',
    columns: [
      ['median wait', 'p50', 'ms'],
      ['99 %', 'p99', 'ms'],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'p50',
    better: 'less',
  },
  {
    title: 'Notifications to the server',
    text: 'Batches of 64 in a turn of the event loop. Counted, and their order checked, at the receiver.',
    measurement: 'notifications to the server',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'perSecond',
    better: 'more',
  },
  {
    title: 'Notifications to the client',
    text: 'The other way.',
    measurement: 'notifications to the client',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
  },
  {
    title: 'Broadcast to 500',
    text: 'About 200 bytes of data. Per delivered message; each client counts.',
    measurement: 'broadcast to 500',
    columns: [
      ['delivered per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
  },
  {
    title: 'Broadcast to 2,000',
    text: 'The same, to a larger room.',
    measurement: 'broadcast to 2000',
    columns: [
      ['delivered per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
  },
  {
    title: 'Setting up connections',
    text: 'Handshake, origin policy, session and peer in its room, 32 at a time. `peer` is a broker for PeerJS, whose clients get an id.',
    measurement: 'set-up',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
  },
  {
    title: 'Memory of an idle connection',
    text: 'The heap of the server after a collection, per connection.',
    measurement: 'memory',
    columns: [['heap', 'heap', 'bytes']],
    chart: 'heap',
    better: 'less',
  },
  {
    title: 'Requests from a page in Chromium',
    text: 'Beside nothing but the browser’s `WebSocket`. One at a time for the waits, 64 in flight for the rest; how long the main thread is busy for each.',
    measurement: 'round trips of a page',
    columns: [
      ['median wait', 'p50', 'ms'],
      ['per second', 'perSecond', ''],
      ['main thread', 'busy', 'µs'],
    ],
    chart: 'busy',
    better: 'less',
  },
  {
    title: 'Notifications into a page in Chromium',
    text: 'As fast as the server can, all of them counted. Long tasks are those that keep the page from everything else for more than 50 ms.',
    measurement: 'notifications to a page',
    columns: [
      ['per second', 'perSecond', ''],
      ['main thread', 'busy', 'µs'],
      ['long tasks', 'longTasks', ''],
      ['longest', 'longest', 'ms'],
    ],
    chart: 'busy',
    better: 'less',
  },
]
