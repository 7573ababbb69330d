/** Runs at most `size` tasks at once; the others wait in order. */
export function createPool(size: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (task) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await task()
    } finally {
      // The place is handed over, not given back: a newcomer cannot overtake who waits.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
