import { ALWAYS } from '../../model/reference.ts'
import { dataPath, metadataPath, type PathStore, queryText } from '../paths.ts'
import { inOrder, type Requests, request, withPath } from './access.ts'

/** A `data[]` item or an `extract`: one GET, whatever the property; v1 ignores the version but gets it (eso.md §3.2). */
export function readRequests(store: PathStore, key: string, version: string | undefined): Requests {
  const query = version ? `version=${queryText(version)}` : undefined
  return inOrder([request('read', dataPath(store, key), 'data', ALWAYS, query)])
}

/** `metadataPolicy: Fetch`: reads metadata instead of data; the version is ignored (eso.md §3.3). */
export function fetchRequests(store: PathStore, key: string): Requests {
  if (store.version === 'v1') {
    const says = 'cannot perform metadata fetch operations with kv version v1'
    return { accesses: [], failsWith: { code: 'kv1-metadata', says } }
  }
  return withPath(metadataPath(store, key), (path) => inOrder([request('read', path, 'metadata', ALWAYS)]))
}
