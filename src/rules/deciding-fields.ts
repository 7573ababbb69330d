import type { FieldPath } from '../model/value.ts'

/** Whether a field decides where a request goes; a variable in a label or an interval breaks no link of the chain. */
export function decidesRequest(path: FieldPath): boolean {
  const field = path.filter((part) => typeof part === 'string').join('.')
  return (
    /\b(remoteRef\.(key|remoteKey|property|version)|extract\.(key|property|version)|find\.path)$/.test(field) ||
    /\b(secretStoreRefs?|storeRef|generatorRef)\.(name|kind)$/.test(field) ||
    /^spec\.(provider\.vault\.(path|version|namespace|auth\..*)|path|method)$/.test(field) ||
    field === 'metadata.namespace'
  )
}
