/**
 * Works through items that lead to more items, `width` at a time. Ends when there is no more.
 */
export async function workThrough<Item>(
  start: readonly Item[],
  width: number,
  work: (item: Item) => Promise<readonly Item[]>,
): Promise<void> {
  const queue: Item[] = [...start]
  const running = new Set<Promise<void>>()
  for (;;) {
    while (running.size < width) {
      const item = queue.shift()
      if (item === undefined) break
      const job: Promise<void> = work(item).then((more) => {
        queue.push(...more)
        running.delete(job)
      })
      running.add(job)
    }
    if (running.size === 0) return
    await Promise.race(running)
  }
}

/** Runs at most `width` jobs at once; the next starts the moment one ends, before anything is done with its result. */
export function limited(width: number): <Result>(job: () => Promise<Result>) => Promise<Result> {
  let running = 0
  const waiting: (() => void)[] = []
  return (job) =>
    new Promise((resolve, reject) => {
      const start = () => {
        running++
        job().then(
          (result) => {
            end()
            resolve(result)
          },
          (error: unknown) => {
            end()
            reject(error)
          },
        )
      }
      const end = () => {
        running--
        waiting.shift()?.()
      }
      if (running < width) start()
      else waiting.push(start)
    })
}
