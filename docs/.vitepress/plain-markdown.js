/**
 * What is written for GitHub, as a page that everybody can use wants it.
 *
 * A header that says nothing becomes a cell: tables of names and meanings have no need of one, and Markdown has none
 * without. Indented code becomes a block like the fenced ones, which scroll by themselves, by keyboard too.
 *
 * @param {import('vitepress').MarkdownRenderer} md
 */
export function plainMarkdown(md) {
  md.core.ruler.push('plain-markdown', ({ tokens }) => {
    tokens.forEach((token, index) => {
      const [content, close] = [tokens[index + 1], tokens[index + 2]]
      if (token.type === 'th_open' && content?.content.trim() === '' && close) token.tag = close.tag = 'td'
      if (token.type === 'code_block') token.type = 'fence'
    })
  })
}
