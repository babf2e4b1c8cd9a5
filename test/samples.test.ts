import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { freePort } from '../scripts/free-port.mjs'
import { readSamples, type Sample } from './markdown-samples.js'

const root = join(import.meta.dirname, '..')
const vueTsc = createRequire(import.meta.url).resolve('vue-tsc/bin/vue-tsc.js')

/** Every fenced block of the project's Markdown. */
const samples = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(join(root, file)))
  .flatMap(readSamples)

/** The page's module of an HTML sample, which is what can be wrong in it. */
function scriptOf({ language, code }: Sample): string | undefined {
  if (language !== 'html') return code
  return /<script type="module">([\s\S]*?)<\/script>/.exec(code)?.[1]
}

const folder = mkdtempSync(join(root, 'node_modules', '.samples-'))
afterAll(() => rmSync(folder, { recursive: true }))

const checked = samples.filter(({ language }) => ['ts', 'tsx', 'js', 'html'].includes(language))

describe('samples in the docs', () => {
  const files = new Map<string, Sample>()
  for (const sample of checked) {
    const script = scriptOf(sample)
    if (script === undefined) continue
    const extension = sample.language.startsWith('ts') ? sample.language : 'mjs'
    const page = sample.file.replaceAll(/\W/g, '-')
    const path = sample.name
      ? join(folder, page, sample.language === 'html' ? `${sample.name}.mjs` : sample.name)
      : join(folder, `${page}-${sample.line}.${extension}`)
    mkdirSync(dirname(path), { recursive: true })
    // A page's copy of the bundle has the package's types.
    writeFileSync(path, script.replace(/'[./]*\/([\w-]+\.min\.js)'/g, "'@protoo-kit/client-core/$1'"))
    files.set(path, sample)
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  // What is in them is not looked at.
  const components = join(folder, 'components.d.ts')
  writeFileSync(
    components,
    "declare module '*.vue' { const component: import('vue').Component; export default component }",
  )
  const program = ts.createProgram([components, ...files.keys()], {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    jsx: ts.JsxEmit.ReactJSX,
    allowJs: true,
    checkJs: true,
    // JavaScript is checked for what exists and what fits, not for annotations it cannot have.
    noImplicitAny: false,
    strictNullChecks: false,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  })

  it('are found', () => expect(files.size).toBeGreaterThanOrEqual(8))

  it.each([...files].map(([path, { file, line }]) => [`${file}:${line}`, path]))('%s compiles', (_, path) => {
    const source = program.getSourceFile(path)
    const problems = ts.getPreEmitDiagnostics(program, source)
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })
})

/** Vue's files, with their templates. */
describe('samples of Vue components', () => {
  it('compile', async () => {
    const components = samples.filter(({ language }) => language === 'vue')
    expect(components.length).toBeGreaterThan(2)
    const project = join(folder, 'vue')
    mkdirSync(project)
    for (const { file, line, code } of components)
      writeFileSync(join(project, `${file.replaceAll(/\W/g, '-')}-${line}.vue`), code)
    const compilerOptions = {
      target: 'ES2023',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      allowJs: true,
      checkJs: true,
      strict: true,
      noImplicitAny: false,
      skipLibCheck: true,
      noEmit: true,
      types: [],
    }
    const files = { compilerOptions, include: ['*.vue'] }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(files))
    expect(await outputOf(vueTsc, ['-p', project])).toBe('')
  })
})

describe('the ten lines of the README', () => {
  it('are those of the docs, too', () => {
    const code = (file: string) =>
      readSamples(file)
        .filter(({ language }) => language === 'js')
        .map(({ code }) => code)
    expect(code('docs/index.md')).toEqual(code('README.md'))
  })

  it('work as they stand', async () => {
    const [server, client] = readSamples('README.md').filter(({ language }) => language === 'js')
    const port = await freePort()
    mkdirSync(join(folder, 'ten-lines'))
    const run = (name: string, sample: Sample | undefined) => {
      const path = join(folder, 'ten-lines', `${name}.mjs`)
      writeFileSync(path, (sample?.code ?? '').replaceAll('3000', String(port)))
      return spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] })
    }
    const processes = [run('server', server), run('client', client)]
    try {
      let output = ''
      for await (const chunk of processes[1]?.stdout ?? []) {
        output += chunk
        if (output.includes('said')) break
      }
      expect(output.trim().split('\n').at(-1)).toBe('said ann Hello')
      expect(output).toContain('open')
    } finally {
      for (const child of processes) child.kill()
      await Promise.all(processes.map((child) => child.exitCode ?? once(child, 'exit')))
    }
  })
})

/** What a program for Node prints. */
function outputOf(program: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { encoding: 'utf8' }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })
}
