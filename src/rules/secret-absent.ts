import type { Chain, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import type { Fix } from '../model/finding.ts'
import { shellWord } from '../model/shell-word.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { nameManifest } from '../model/wording.ts'
import { cliOf } from './cli.ts'
import { fingerprint } from './fingerprint.ts'
import { secretWithout } from './nothing-there.ts'
import { readersOfSecrets } from './per-secret.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** Nothing was ever written at the path that a reference reads, or only metadata was. */
export const secretAbsent: Rule = {
  id: 'secret-absent',
  title: 'The secret that a reference reads does not exist',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { path, secret, links } of readersOfSecrets(chain)) {
      if (secret.presence !== 'absent') continue
      for (const link of links) {
        const { reference, store } = link
        // Retain (the default) makes the absence an error; Delete and Merge skip the item silently (eso.md §0.9).
        const failing = fails(link)
        const keys = reference.property === undefined ? [] : [reference.property]
        const command = putCommand(chain, store?.path ?? '', path)
        yield {
          rule: this.id,
          severity: failing ? 'error' : 'warning',
          headline: `Secret \`${path}\` does not exist`,
          why: failing
            ? `ESO answers \`${absentText(link)}\`, and the whole object fails.`
            : secretWithout(chain, link),
          does: keys.length === 0 ? 'reads all of it' : `reads \`${keys[0]}\``,
          cause: `${path} ${failing}`,
          parts: { keys, command },
          span: reference.span,
          related: [],
          fix: writeFix(command, keys),
          objects: objectsOf(link),
          fingerprint: fingerprint(this.id, path, nameManifest(reference.manifest), reference.property),
          vaultPaths: [path],
        }
      }
    }
  },
  together: (findings) => {
    const keys = [...new Set(findings.flatMap(({ parts }) => parts?.keys ?? []))].sort()
    return { fix: writeFix(findings[0].parts?.command ?? '', keys) }
  },
}

/** Nothing secret stands in the shell's history: a value comes from a file. `-cas=0` never overwrites. */
function putCommand(chain: Chain, mount: string, path: string): string {
  const key = path.slice(trimSlashes(mount).length + 1)
  return `${cliOf(chain)} kv put -mount=${shellWord(trimSlashes(mount))} -cas=0 ${shellWord(key)}`
}

function writeFix(command: string, keys: readonly string[]): Fix {
  const pairs = (keys.length === 0 ? ['KEY'] : keys).map((key) =>
    shellWord(`${key}=@${key.replace(/[^A-Za-z0-9._-]/g, '_')}.txt`),
  )
  return {
    lead: 'write the secret, or correct the key',
    kind: 'command',
    language: 'sh',
    text: `${command} \\\n  ${pairs.join(' \\\n  ')}`,
  }
}

/** A fetch of metadata fails under every policy, its 404 is not `NoSecretError` (eso.md §3.3); so does OpenBao's client (§5.6). */
function fails({ reference, store }: Link): boolean {
  return (
    reference.deletionPolicy === 'Retain' || reference.operation === 'fetch-metadata' || store?.dialect === 'openBao'
  )
}

function absentText({ reference, store }: Link): string {
  if (store?.dialect === 'openBao') return `secret not found: at ${reference.accesses[0]?.path ?? ''}`
  return reference.operation === 'fetch-metadata' ? 'secret not found' : 'Secret does not exist'
}
