import { createPool } from '../../model/pool.ts'

/** Works through items that lead to more items, `width` at a time, in the order in which they were found. */
export async function workThrough<Item>(
  start: readonly Item[],
  width: number,
  work: (item: Item) => Promise<readonly Item[]>,
): Promise<void> {
  const pool = createPool(width)
  const withMore = async (items: readonly Item[]): Promise<void> => {
    await Promise.all(items.map(async (item) => withMore(await pool(() => work(item)))))
  }
  await withMore(start)
}
