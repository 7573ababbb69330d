/** An entry of a table, by a name that comes from outside: `toString` and the like are on every object and in no table. */
export function lookUp<T>(table: Readonly<Partial<Record<string, T>>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
