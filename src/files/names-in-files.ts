import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Root } from './root.ts'

/** Larger files hold data, and no configuration. */
const MAX_BYTES = 1024 * 1024
const NAME = /[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?/g

/**
 * Whether a name stands as a word in any other file of the checkout than the given ones: in values of charts, scripts, pages, anything.
 * Every file is read at the first question. `files`: below the root.
 */
export function namesInFiles(roots: readonly Root[]): (name: string, except: ReadonlySet<string>) => boolean {
  let index: ReadonlyMap<string, readonly string[]> | undefined
  return (name, except) => {
    index ??= wordsOf(roots)
    return (index.get(name) ?? []).some((file) => !except.has(file))
  }
}

/** For each word at most a few files that hold it: more are never asked for. */
const FILES_KEPT = 4

function wordsOf(roots: readonly Root[]): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, string[]>()
  for (const root of roots)
    for (const file of root.files) {
      const text = textOf(join(root.path, file))
      for (const word of new Set(text.match(NAME))) {
        const files = words.get(word)
        if (files === undefined) words.set(word, [file])
        else if (files.length < FILES_KEPT) files.push(file)
      }
    }
  return words
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > MAX_BYTES) return ''
    const content = readFileSync(path)
    return content.includes(0) ? '' : content.toString('latin1')
  } catch {
    return ''
  }
}
