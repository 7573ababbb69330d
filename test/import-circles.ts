/**
 * The circles in a graph of imports: each a group of files of which every one leads to every other (Tarjan's strongly connected
 * components), sorted.
 */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const circles: string[][] = []

  const visit = (file: string): number => {
    const at = index.size
    index.set(file, at)
    low.set(file, at)
    open.push(file)
    for (const next of graph.get(file) ?? []) {
      const reached = !index.has(next) ? visit(next) : open.includes(next) ? (index.get(next) as number) : at
      low.set(file, Math.min(low.get(file) as number, reached))
    }
    if (low.get(file) === at) {
      const group = open.splice(open.indexOf(file))
      if (group.length > 1 || graph.get(file)?.includes(file) === true) circles.push(group.sort())
    }
    return low.get(file) as number
  }
  for (const file of graph.keys()) if (!index.has(file)) visit(file)
  return circles.sort((a, b) => (String(a) < String(b) ? -1 : 1))
}
