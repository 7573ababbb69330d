import { groupOf } from '../../model/kinds.ts'
import { kindOf, type ReadObject } from './read-object.ts'

export interface Wanted {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  /** Relative to the repository, from the origin annotation; `undefined`: the build was without annotations. */
  readonly file: string | undefined
}

/** Finds the traced object that a rendered one is; asked once for each object of a root's output. */
export function objectFinder(objects: readonly ReadObject[]): (wanted: Wanted) => ReadObject | undefined {
  const byKind = new Map<string, ReadObject[]>()
  for (const object of objects) {
    const { apiVersion, kind } = kindOf(object)
    const key = `${groupOf(apiVersion)}/${kind}`
    const list = byKind.get(key)
    if (list === undefined) byKind.set(key, [object])
    else list.push(object)
  }
  return (wanted) => {
    const same = byKind.get(`${groupOf(wanted.apiVersion)}/${wanted.kind}`) ?? []
    const named = same.filter((object) => hasName(object, wanted.name))
    if (wanted.file === undefined) {
      // Without the annotation only one candidate is certain: that of the namespace, or the only one there is.
      const here = named.filter((object) => object.namespaces.at(-1) === wanted.namespace)
      return here.length === 1 ? here[0] : here.length === 0 && named.length === 1 ? named[0] : undefined
    }
    const ranked = (list: readonly ReadObject[]) =>
      list.find((object) => object.source?.file === wanted.file && object.namespaces.at(-1) === wanted.namespace) ??
      list.find((object) => object.source?.file === wanted.file)
    // A name that something untraced changed (a plugin, a configuration): its file and a name that is part of it decide.
    return (
      ranked(named) ??
      same.find((object) => object.source?.file === wanted.file && wanted.name.includes(object.names[0] ?? ''))
    )
  }
}

function hasName(object: ReadObject, name: string): boolean {
  const own = object.names.at(-1) ?? ''
  if (!object.hashed) return own === name
  return name.startsWith(`${own}-`) && /^[a-z0-9]{10}$/.test(name.slice(own.length + 1))
}
