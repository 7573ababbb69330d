import { createPool } from '../../model/pool.ts'

/**
 * Works at items, `width` at a time, and takes what each gives in the order in which they were found: what is taken leads to more.
 * What several lead to belongs to the same one in every run, whichever process ends first.
 */
export async function workThrough<Item, Result>(
  start: readonly Item[],
  width: number,
  { work, take }: { work: (item: Item) => Promise<Result>; take: (result: Result) => readonly Item[] },
): Promise<void> {
  const pool = createPool(width)
  const begun: Promise<Result>[] = []
  const begin = (items: readonly Item[]) => {
    for (const item of items) begun.push(pool(() => work(item)))
  }
  begin(start)
  try {
    for (let next = 0; next < begun.length; next += 1) begin(take(await (begun[next] as Promise<Result>)))
  } finally {
    // None is left running, also where one failed.
    await Promise.allSettled(begun)
  }
}
