// Writes docs/api: the reference of every entry of every package, from the sources and their docstrings. Any warning is an
// error: what a signature names has to be exported, and a docstring has to fit.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { Application } from 'typedoc'
import { anchorsOf } from '../.vitepress/slug.js'
import { docs, entries, root } from './packages.mjs'

const out = join(docs, 'api')
const overview = `# API reference

Every name that a package exports, from its docstrings. Where to begin reading is the page of
the package: [client-core](../packages/client-core.md), [react](../packages/react.md), [vue](../packages/vue.md), [server-lite](../packages/server-lite.md).
`
await rm(out, { recursive: true, force: true })

/** The options of the plugin for Markdown have no types. */
const options = {
  entryPoints: entries().map(({ source }) => source),
  tsconfig: join(docs, 'tsconfig.api.json'),
  plugin: ['typedoc-plugin-markdown'],
  outputs: [{ name: 'markdown', path: out }],
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  name: 'API reference',
  readme: 'none',
  basePath: root,
  displayBasePath: root,
  groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables', 'References'],
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  // They would name a commit.
  disableSources: true,
  // The type check is a stage of its own.
  skipErrorChecking: true,
  logLevel: 'Warn',
}
const app = await Application.bootstrapWithPlugins(/** @type {object} */ (options))
const project = await app.convert()
if (!project) process.exit(1)
for (const module of project.children ?? []) {
  const entry = entries().find(
    ({ source }) => relative(root, source).replace(/(\/index)?\.ts$/, '') === module.name,
  )
  if (!entry) throw new Error(`no entry of a package: ${module.name}`)
  module.name = entry.page
}
app.validate(project)
await app.generateOutputs(project)

const files = entries().map(({ name, page }) => ({ name, page: `${page}.md`, file: join(out, `${page}.md`) }))
/** @type {Map<string, string>} */
const texts = new Map()
for (const { page, file } of files) texts.set(page, await readFile(file, 'utf8'))
const anchors = new Map([...texts].map(([page, text]) => [page, anchorsOf(text)]))
for (const { name, page, file } of files) {
  const text = (texts.get(page) ?? '')
    // Pages are called what one imports.
    .replace(/^# .*/, `# ${name}`)
    // The plugin numbers some names that are there only once.
    .replaceAll(/\]\(([\w-]+\.md)?#([\w-]+?)(-\d+)\)/g, (link, to, anchor, number) =>
      anchors.get(to ?? page)?.has(anchor + number) ? link : `](${to ?? ''}#${anchor})`,
    )
  await writeFile(file, text)
}
const rows = entries().map(({ name, page }) => `- [${name}](${page}.md)`)
await writeFile(join(out, 'index.md'), `${overview}\n${rows.join('\n')}\n`)
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1)
