import type { ValueMap } from '../../model/value.ts'
import { mapAt, textAt, textsAt } from '../field-value.ts'
import { queryText } from '../paths.ts'
import { inOrder, type Requests, request } from './access.ts'

/** The one request of a VaultDynamicSecret; the path is used as it is written, without `data` (eso.md §3.5). */
export function generateRequests(spec: ValueMap): Requests {
  const { accesses, failsWith } = requestOf(spec)
  // What a 404 becomes (eso.md §3.5).
  return failsWith?.code === 'leaves-api'
    ? { accesses, failsWith: { ...failsWith, says: 'empty response from Vault' } }
    : { accesses, failsWith }
}

function requestOf(spec: ValueMap): Requests {
  const path = textAt(spec, 'path') ?? ''
  // Case-sensitive and without an enum: `get` is a PUT (eso.md §3.5).
  switch (textAt(spec, 'method') ?? '') {
    case '':
    case 'GET':
      return inOrder([request('read', path, 'engine', 'at every refresh', parametersOf(spec))])
    case 'LIST':
      return inOrder([request('list', path, 'engine', 'at every refresh')])
    case 'DELETE':
      return inOrder([request('delete', path, 'engine', 'at every refresh')])
    default:
      return inOrder([
        request('update', path, 'engine', 'at every refresh, unless the engine says that the path is new'),
      ])
  }
}

function parametersOf(spec: ValueMap): string | undefined {
  const parameters = mapAt(spec, 'getParameters') ?? {}
  const pairs = Object.keys(parameters).flatMap((name) =>
    textsAt(parameters, name).map((value) => `${queryText(name)}=${queryText(value)}`),
  )
  return pairs.length > 0 ? pairs.join('&') : undefined
}
