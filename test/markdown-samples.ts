import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** A fenced block of a Markdown file. */
export interface Sample {
  /** From the repository's root. */
  file: string
  line: number
  language: string
  code: string
}

/** @param file from the repository's root */
export function readSamples(file: string): Sample[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent = '', language = '', body = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    return { file, line, language, code: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
  })
}
