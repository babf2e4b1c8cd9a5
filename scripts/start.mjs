// `npm start`: serves the chat app, after installing and building what it needs. Arguments go to the server.
import { buildChat } from './chat.mjs'
import { findRedis } from './redis.mjs'
import { run } from './run.mjs'
import { setupDependencies } from './setup.mjs'

// npm hands a SIGTERM to its shell, which dies of it and tells nobody: without this the server would stay.
if (process.env.npm_lifecycle_event) {
  const { ppid } = process
  setInterval(() => {
    if (process.ppid !== ppid) process.kill(process.pid, 'SIGTERM')
  }, 200).unref()
}

await setupDependencies()

const args = process.argv.slice(2)
const has = (/** @type {string} */ option) => args.some((arg) => arg.split('=')[0] === option)
// Several nodes have a Redis of their own unless they are given one.
const env = has('--nodes') && !has('--redis') ? { REDIS_SERVER_PATH: await findRedis() } : {}

process.exitCode =
  (await buildChat()) || (await run(process.execPath, ['examples/chat-app/server.js', ...args], env))
