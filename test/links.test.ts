import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
// What GitHub calls a heading's anchor, as the docs site has it.
import { anchorsOf } from '../docs/.vitepress/slug.js'

const root = join(import.meta.dirname, '..')

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(join(root, file)))

/** A page of the docs site that shows another file has that file's text. */
function textOf(file: string): string {
  const text = readFileSync(join(root, file), 'utf8')
  return text.replaceAll(/<!--@include: (\S+)-->/g, (_, path) =>
    readFileSync(join(root, posix.dirname(file), path), 'utf8'),
  )
}

/** Without what is code. */
const prose = (text: string) => text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, '').replaceAll(/`[^`\n]*`/g, '`')

interface Link {
  target: string
  anchor: string | undefined
}

/** The links of a file that do not leave the repository. What the site makes while it is built, its own check looks at. */
function linksOf(file: string): Link[] {
  const text = prose(readFileSync(join(root, file), 'utf8'))
  const written = [
    ...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g),
    ...text.matchAll(/^\[[^\]]+\]: (\S+)/gm),
    ...text.matchAll(/\b(?:src|href|link)="([^"]+)"/g),
  ]
  return written
    .map(([, link = '']) => link)
    .filter((link) => !/^([a-z]+:|\/)/i.test(link) && !/(^|\/)api\//.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#', 2)
      return { target: path ? posix.join(posix.dirname(file), decodeURI(path)) : file, anchor }
    })
}

/** What is wrong with a link, or nothing. */
function problemOf({ target, anchor }: Link): string | undefined {
  if (!existsSync(join(root, target))) return 'is not there'
  if (anchor === undefined) return undefined
  const shown = statSync(join(root, target)).isDirectory() ? posix.join(target, 'README.md') : target
  if (!shown.endsWith('.md')) return undefined
  return anchorsOf(textOf(shown)).has(decodeURIComponent(anchor)) ? undefined : `has no heading #${anchor}`
}

describe('links', () => {
  it('are found', () => expect(files.flatMap(linksOf).length).toBeGreaterThan(100))

  it.each(files)('of %s lead somewhere', (file) => {
    const problems = linksOf(file).map((link) => {
      const problem = problemOf(link)
      return problem && `${link.target} ${problem}`
    })
    expect(problems.filter(Boolean)).toEqual([])
  })

  it('to what is not there are noticed', () => {
    expect(problemOf({ target: 'docs/nothing.md', anchor: undefined })).toBe('is not there')
    expect(problemOf({ target: 'README.md', anchor: 'nothing' })).toBe('has no heading #nothing')
    expect(problemOf({ target: 'packages/react', anchor: 'hooks' })).toBeUndefined()
  })
})
