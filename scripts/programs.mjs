// Programs that the tests need: those of the machine, or installed where that is possible.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './run.mjs'

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} variable of the environment, which may say where it is
 * @property {string[]} programs what it is called, best first
 * @property {string[]} packages what Debian and its relatives call it, and what it needs
 * @property {string} advice what people can do
 * @property {() => Promise<string>} [bundled] where Playwright would have its own
 */

/**
 * Finds a program that runs, or installs it where it can (Debian and relatives, as root).
 *
 * @param {Program} program
 */
export async function find({ name, variable, programs, packages, advice, bundled }) {
  const given = process.env[variable]
  if (given) {
    if (works(given)) return given
    throw new Error(`${variable} is ${given}, which does not run`)
  }

  const found = findInstalled(programs) ?? (await findBundled(bundled))
  if (found) return found

  if (process.getuid?.() === 0 && works('apt-get')) {
    const apt = { DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update'], apt)
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], apt)
    const installed = findInstalled(programs)
    if (installed) return installed
  }
  throw new Error(`No ${name} found. ${advice}, or set ${variable} to the program`)
}

/**
 * A path, not a name to look up: Playwright wants one.
 *
 * @param {string[]} programs
 */
function findInstalled(programs) {
  const directories = (process.env.PATH ?? '').split(delimiter)
  return programs
    .flatMap((program) => directories.map((directory) => join(directory, program)))
    .find((path) => existsSync(path) && works(path))
}

/** @param {Program['bundled']} bundled */
export async function findBundled(bundled) {
  const path = await bundled?.()
  return path && works(path) ? path : undefined
}

/** Being there is not enough: some distributions ship a stub that only says what to install. */
function works(/** @type {string} */ program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}
