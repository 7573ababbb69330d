import { parsePolicy } from '../../src/policy/parse-policy.ts'
import type { RunningServer } from '../openbao/server.ts'
import type { Random } from './random.ts'
import { ask, type Disagreement } from './subject.ts'

const PIECES = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  '=',
  '\n',
  '#',
  '//',
  '/*',
  '*/',
  '+',
  '*',
  '\\',
  '${',
  ' ',
  'deny',
  '1',
  '0x',
  '<<E\n',
  'é',
  ':',
  '\t',
  '.',
  '-',
  'true',
  'null',
  '{{',
  '}}',
  '"x"',
  '"read"',
  'capabilities',
  'path',
]

/** Forms beyond those of the parser vectors. None has a Go template (`list_scan_response_keys_filter_path`): we do not parse that. */
export const SAMPLES: readonly string[] = [
  'path "a" { capabilities = ["read"] min_wrapping_ttl = "1h30m" max_wrapping_ttl = "7d" }',
  'path "a" { min_wrapping_ttl = 1.5 max_wrapping_ttl = 0x10 policy = "read" }',
  'path "a" { capabilities = [<<-EOF\n  read\n  EOF\n, "list"] }',
  'path "a" { comment = <<EOF\ntext\nEOF\n capabilities = ["create"] }\n',
  'path "a" { pagination_limit = "10" capabilities = ["list", "scan"] }',
  'path "a" {\n  allowed_parameters = {\n    "x" = ["1", 2, true, ["y", "z"]]\n    "*" = []\n  }\n  denied_parameters { y = [1.5] }\n}',
  'path "a" { required_parameters = ["x", "Y"] mfa_methods = ["m"] policy = "write" policy = "deny" }',
  'path "\\u00e9\\x41\\101/{{identity.entity.name}}/+" { capabilities = ["read", "sudo"] }',
  'name = "x"\nname "y" "z" {}\npath "+/b*" { policy = "sudo" }',
  'path "x" { capabilities "y" { } }\npath "z" { capabilities { read = 1 } }',
  'path "a" { allowed_parameters "x" { y = ["z"] } allowed_parameters = { "x" = ["1"] } }',
  'path "a" { expiration = "2999-12-31T23:59:59+01:00" capabilities = ["list"] }',
  '{"path":[{"a":[{"capabilities":["read"]},{"policy":"read"}]}],"name":null}',
  '{"path": {"a": {"min_wrapping_ttl": "10s", "max_wrapping_ttl": 60, "required_parameters": ["x"], "comment": "\\u00e9"}}}',
]

/** Writes a damaged policy text to the server, and compares its answer with ours: accepted, or refused with which text. */
export async function compareText(
  server: RunningServer,
  random: Random,
  texts: readonly string[],
  report: (disagreement: Disagreement) => void,
): Promise<void> {
  let text = random.pick(texts)
  for (let times = 1 + random.below(3); times > 0; times -= 1) text = damage(random, text)
  // The API refuses an empty text by itself, and reads valid base64 as such (vault.md §1.6).
  if (text === '' || /^[A-Za-z0-9+/=\s]*$/.test(text)) return
  const result = parsePolicy(text, { product: 'openbao' })
  const ours = result.ok ? 'accepted' : result.error
  const answer = await ask(server, 'PUT', 'sys/policies/acl/differential-text', { body: { policy: text } }).catch(
    (error: unknown) => ({ status: 0, body: String(error) }),
  )
  const theirs =
    answer.status === 204 || answer.status === 200 ? 'accepted' : String(answer.body?.errors?.[0] ?? answer.body)
  // A text on which the server itself breaks down (it drops the connection) needs only be refused.
  if (answer.status === 0 && !result.ok) return
  if (withoutBlock(ours) !== withoutBlock(theirs))
    report({ policies: [text], request: 'PUT sys/policies/acl', ours, server: theirs })
}

function damage(random: Random, text: string): string {
  const characters = [...text]
  const at = random.below(characters.length + 1)
  switch (random.below(4)) {
    case 0:
      return [...characters.slice(0, at), ...characters.slice(at + 1 + random.below(3))].join('')
    case 1:
      return characters.slice(0, at).join('')
    case 2:
      return [...characters.slice(0, at), random.pick(PIECES), ...characters.slice(at)].join('')
    default: {
      const from = random.below(characters.length + 1)
      return [...characters.slice(0, at), ...characters.slice(from, from + 12), ...characters.slice(at)].join('')
    }
  }
}

/** OpenBao 2.7 names the block in front of whatever is wrong inside it, earlier ones only here and there (vault.md §1.4). */
function withoutBlock(text: string): string {
  return text.replaceAll(/path "(?:[^"\\]|\\.)*": /g, '')
}
