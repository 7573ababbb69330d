/** What is made when it is first asked for, and only then. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The same answer for the same thing, where it is asked for again at once. */
export function lastOf<Thing, Answer>(answer: (thing: Thing) => Answer): (thing: Thing) => Answer {
  let last: { readonly thing: Thing; readonly answer: Answer } | undefined
  return (thing) => {
    if (last === undefined || last.thing !== thing) last = { thing, answer: answer(thing) }
    return last.answer
  }
}
