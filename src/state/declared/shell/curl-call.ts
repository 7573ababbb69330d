import { trimSlashes } from '../../../model/trim-slashes.ts'
import { policyNameIn } from '../path-write.ts'
import { type SymbolicText, sliceText, unknownIn } from '../symbolic-text.ts'
import type { CallContext } from './call-context.ts'
import type { Stream } from './command-input.ts'
import { harvestPolicyText } from './policy-writes.ts'
import { jsonOf } from './stream-text.ts'
import { harvestFields } from './vault-facts.ts'

const METHOD = /^(?:-X|--request|--method)(?:=?(.*))$/s
const DATA = /^(?:-d|--data(?:-raw|-binary|-ascii)?|--json|--post-data|--body-data)(?:=?(.*))$/s

/**
 * A write to the API by `curl` (or `wget`): `curl -X POST -d '{…}' $ADDR/v1/auth/kubernetes/role/x`. Tells whether the command
 * spoke to an address of Vault's API at all.
 */
export function readCurl(words: readonly SymbolicText[], given: CallContext): boolean {
  const at = words.findIndex((word) => /^(?:.*\/)?(?:curl|wget)$/.test(word.value))
  if (at < 0) return false
  const path = words
    .slice(at + 1)
    .map(pathIn)
    .find((found) => found !== undefined)
  if (path === undefined) return false
  const header = words.map((word) => /^X-Vault-Namespace: *([^${}]+)$/i.exec(word.value)?.[1]).find(Boolean)
  const context = header === undefined ? given : { ...given, vaultNamespace: trimSlashes(header.trim()) }
  const { method, bodies } = argumentsOf(words.slice(at + 1))
  if (bodies.length === 0 || /^(?:GET|DELETE|LIST|HEAD)$/i.test(method ?? 'POST')) return true
  if (context.mountsOnly === true) return true
  const json = bodies.length === 1 ? jsonOf(streamOf(bodies[0], context), context) : undefined
  const unknown = json === undefined ? ['the body'] : unknownIn(json.text)
  const fields = json?.fields ?? {}
  const policy = policyNameIn(path.value)
  if (policy === undefined) {
    harvestFields({ path, fields, unknown, assumed: json?.text.assumed ?? [], open: [] }, context)
    return true
  }
  const name = sliceText(path, path.value.lastIndexOf('/') + 1)
  const text = fields.policy ?? fields.rules
  if (typeof text === 'string') harvestPolicyText(name, text, unknown, context)
  else if (json === undefined) {
    const { harvest, span, form } = context
    const source = 'the body of a request'
    harvest.textless.push({ name: name.value.toLowerCase(), unknown: unknownIn(name), source, span, form })
  }
  return true
}

/** The path of Vault's API in an address. */
function pathIn(word: SymbolicText): SymbolicText | undefined {
  const at = word.value.indexOf('/v1/')
  if (at < 0 || !/^(?:sys|auth|identity)\//.test(word.value.slice(at + 4))) return undefined
  const end = word.value.slice(at + 4).search(/[?#]/)
  return sliceText(word, at + 4, end < 0 ? undefined : at + 4 + end)
}

function argumentsOf(words: readonly SymbolicText[]) {
  let method: string | undefined
  const bodies: SymbolicText[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word === undefined) break
    for (const [flag, take] of [
      [METHOD, (value: SymbolicText) => (method = value.value)],
      [DATA, (value: SymbolicText) => bodies.push(value)],
    ] as const) {
      const match = flag.exec(word.value)
      if (match === null) continue
      const attached = match[1] ?? ''
      const next = words[at + 1]
      if (attached !== '') take(sliceText(word, word.value.length - attached.length))
      else if (next !== undefined) {
        take(next)
        at++
      }
      break
    }
  }
  return { method, bodies }
}

function streamOf(body: SymbolicText | undefined, { input }: CallContext): Stream | undefined {
  if (body === undefined) return undefined
  if (!body.value.startsWith('@')) return { text: body }
  return body.value === '@-' ? input() : { path: sliceText(body, 1) }
}
