/**
 * Does the same to each of many, later in this turn of the event loop or after it: with one callback for all, since
 * thousands may come at once.
 *
 * @param schedule has its argument called later, once
 * @param work is done to each in the order they came. What it throws is thrown on, after the others have had their turn
 */
export function batch<Item>(
  schedule: (run: () => void) => void,
  work: (item: Item) => void,
): (item: Item) => void {
  let items: Item[] = []
  const run = () => {
    const due = items
    items = []
    due.forEach((item, index) => {
      try {
        work(item)
      } catch (error) {
        items = [...due.slice(index + 1), ...items]
        if (items.length) schedule(run)
        throw error
      }
    })
  }
  return (item) => {
    items.push(item)
    if (items.length === 1) schedule(run)
  }
}
