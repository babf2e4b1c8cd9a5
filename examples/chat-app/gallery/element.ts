type Child = Node | string | false | undefined

/** An element with attributes and children; text stays text. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children.filter((child) => child !== undefined && child !== false))
  return node
}

/** Text in which what stands between backticks is code. */
export function prose(text: string): Child[] {
  return text.split('`').map((part, index) => (index % 2 ? element('code', {}, part) : part))
}
