import type { FailsWith } from '../../model/eso-failure.ts'
import { goQuote } from '../../model/go-quote.ts'
import { ALWAYS } from '../../model/reference.ts'
import { dataPath, metadataPath, type PathStore, queryText } from '../paths.ts'
import { inOrder, type Requests, request, withPath } from './access.ts'

/** A `data[]` item or an `extract`: one GET, whatever the property; v1 ignores the version but gets it (eso.md §3.2). */
export function readRequests(store: PathStore, key: string, version: string | undefined): Requests {
  const refused = store.dialect === 'openBao' && version ? versionFailure(store, version) : undefined
  if (refused !== undefined) return { accesses: [], failsWith: refused }
  const query = version ? `version=${queryText(version)}` : undefined
  return inOrder([request('read', dataPath(store, key), 'data', ALWAYS, query)])
}

/** `metadataPolicy: Fetch`: reads metadata instead of data; the version is ignored (eso.md §3.3). */
export function fetchRequests(store: PathStore, key: string): Requests {
  // OpenBao's client does not look at `metadataPolicy`.
  if (store.dialect === 'openBao') return readRequests(store, key, undefined)
  if (store.version === 'v1') {
    const says = 'cannot perform metadata fetch operations with kv version v1'
    return { accesses: [], failsWith: { code: 'kv1-metadata', says } }
  }
  return withPath(metadataPath(store, key), (path) => inOrder([request('read', path, 'metadata', ALWAYS)]))
}

/** OpenBao's client asks for a version as a number, and on KV v2 alone (eso.md §5.6). */
function versionFailure({ version: kv }: PathStore, version: string): FailsWith | undefined {
  if (kv === 'v1') return { code: 'version-refused', says: 'OpenBao KVv1 secrets do not support versioning (use KVv2)' }
  if (/^[-+]?\d{1,18}$/.test(version)) return undefined
  return {
    code: 'version-refused',
    says: `invalid Ref.Version: strconv.Atoi: parsing ${goQuote(version)}: invalid syntax`,
  }
}
