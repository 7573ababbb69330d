import { compileGoRegexp, isRegexp } from '../../model/go-regexp.ts'
import { type Access, ALWAYS, type FindQuery } from '../../model/reference.ts'
import { firstListPath, searchPath } from '../find-paths.ts'
import { dataPath, isPath, metadataPath, NIL_PATH, type PathStore } from '../paths.ts'
import { inOrder, type Requests, request, requestBelow, type Sent, withPath } from './access.ts'

/** A `find`: lists the whole tree first, then reads what is left after the filter (eso.md §3.4). */
export function findRequests(store: PathStore, find: FindQuery): Requests {
  if (store.dialect === 'openBao') return findInFolder(store, find)
  // Present is enough, `{}` too (eso.md §3.4 order 1).
  if (store.version === 'v1' && find.tags !== undefined) {
    const says = 'cannot perform find by tag operations with kv version v1'
    return { accesses: [], failsWith: { code: 'kv1-tags', says } }
  }
  // KV v1 lists and reads the secrets themselves: there is no metadata side.
  const side = store.version === 'v1' ? 'data' : 'metadata'
  return withPath(firstListPath(store, find.path), (folder) => {
    const lists = [
      request('list', folder, side, ALWAYS),
      requestBelow('list', folder, side, 'for each folder below, before any filter'),
    ]
    if (find.regexp !== undefined) {
      const compiled = compileGoRegexp(find.regexp)
      if (!isRegexp(compiled)) {
        // Compiled only after the LIST (eso.md §3.4).
        const says = `could not compile find.name.regexp [${find.regexp}]: ${compiled.invalid}`
        return inOrder(lists, { code: 'find-regexp-invalid', pattern: find.regexp, says })
      }
      return inOrder([...lists, readsBelow(store, find, 'for each name that the regular expression matches')])
    }
    const when = find.tags === undefined ? 'for each secret that is found' : 'for each secret whose tags match'
    return inOrder([...lists, ...metadataBelow(store, find, side), readsBelow(store, find, when)])
  })
}

/**
 * OpenBao's client lists one folder and reads what matches by its name alone, without the folder before it (eso.md §5.6).
 */
function findInFolder(store: PathStore, find: FindQuery): Requests {
  if (find.tags !== undefined)
    return { accesses: [], failsWith: { code: 'find-tags-unsupported', says: 'tag based search is not implemented' } }
  const side = store.version === 'v1' ? 'data' : 'metadata'
  return withPath(metadataPath(store, find.path ?? ''), (folder) => {
    const list = [request('list', folder, side, ALWAYS)]
    if (find.regexp === undefined) return inOrder(list, NIL_PATH)
    const compiled = compileGoRegexp(find.regexp)
    if (!isRegexp(compiled)) {
      const says = `could not compile find.name.regexp [${find.regexp}]: ${compiled.invalid}`
      return inOrder(list, { code: 'find-regexp-invalid', pattern: find.regexp, says })
    }
    const read = requestBelow('read', parent(dataPath(store, 'x')), 'data', 'for each name that matches')
    return inOrder([...list, read])
  })
}

function readsBelow(store: PathStore, find: FindQuery, when: string): Sent {
  return requestBelow('read', parent(dataPath(store, `${searchPath(find.path)}x`)), 'data', when)
}

/** Without a name, metadata of every candidate is read, tags or not (eso.md §3.4). */
function metadataBelow(store: PathStore, find: FindQuery, side: Access['side']): readonly Sent[] {
  const path = metadataPath(store, `${searchPath(find.path)}x`)
  return isPath(path)
    ? [requestBelow('read', parent(path), side, 'for each secret below, whether its tags match or not')]
    : []
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
