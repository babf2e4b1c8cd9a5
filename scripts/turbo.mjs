// turbo with its telemetry off: see the environment in run.mjs.
import { run } from './run.mjs'

process.exitCode = await run('turbo', process.argv.slice(2))
