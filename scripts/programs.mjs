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
 * @property {string[]} [directories] where it may be besides PATH
 * @property {string} [versionFlag] what it takes without doing anything. Default `--version`
 * @property {() => Promise<string>} [bundled] where Playwright would have its own
 */

/**
 * Finds a program that runs, or installs it where it can (Debian and relatives, as root).
 *
 * @param {Program} program
 */
export async function find(program) {
  const { name, variable, packages, advice, bundled, versionFlag } = program
  const given = process.env[variable]
  if (given) {
    if (works(given, versionFlag)) return given
    throw new Error(`${variable} is ${given}, which does not run`)
  }

  const found = findInstalled(program) ?? (await findBundled(bundled))
  if (found) return found

  if (process.getuid?.() === 0 && works('apt-get')) {
    const apt = { DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update'], apt)
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], apt)
    const installed = findInstalled(program)
    if (installed) return installed
  }
  throw new Error(`No ${name} found. ${advice}, or set ${variable} to the program`)
}

/**
 * A path, not a name to look up: Playwright wants one.
 *
 * @param {Program} program
 */
function findInstalled({ programs, directories = [], versionFlag }) {
  const all = [...(process.env.PATH ?? '').split(delimiter), ...directories]
  return programs
    .flatMap((program) => all.map((directory) => join(directory, program)))
    .find((path) => existsSync(path) && works(path, versionFlag))
}

/** @param {Program['bundled']} bundled */
export async function findBundled(bundled) {
  const path = await bundled?.()
  return path && works(path) ? path : undefined
}

/** Being there is not enough: some distributions ship a stub that only says what to install. */
function works(/** @type {string} */ program, versionFlag = '--version') {
  return spawnSync(program, [versionFlag], { stdio: 'ignore' }).status === 0
}
