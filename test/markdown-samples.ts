import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** A fenced block of a Markdown file. */
export interface Sample {
  /** From the repository's root. */
  file: string
  line: number
  language: string
  /** As in ```` ```ts [contract.ts] ````: samples of one page may import each other. */
  name?: string | undefined
  code: string
}

/** @param file from the repository's root */
export function readSamples(file: string): Sample[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^( *)```(\w+)(?: \[([^\]\n]+)\])?\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent = '', language = '', name, body = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    return { file, line, language, name, code: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
  })
}
