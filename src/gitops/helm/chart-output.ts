import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import { isMap, stringAt, type ValueMap } from '../../model/value.ts'
import { MAKES_SECRETS, MENTIONS_SECRETS, mayUseSecrets } from '../objects/secret-users.ts'
import { withoutMarks } from './marks.ts'

/** One object of what helm printed. */
export interface ChartDocument {
  /** As helm says it: `web/templates/es.yaml`. */
  readonly source: string
  /** Which of the documents of that file it is, from 0. */
  readonly index: number
  readonly document: YamlDocument
  readonly body: ValueMap
  /** It is looked at for the Secrets that it uses alone. */
  readonly isUser: boolean
  /** The lines of its text, marks and all. */
  readonly lines: readonly string[]
}

/** What is worth parsing: kinds of ESO, what leads to more, and what says something of ESO's surroundings. */
const KINDS =
  /external-secrets\.io|argoproj\.io|toolkit\.fluxcd\.io|helm\.cattle\.io|^["']?kind["']?:\s*["']?(?:ExternalSecret|PushSecret|SecretStore|ClusterSecretStore|Secret|ConfigMap|Namespace|ServiceAccount|Role|ClusterRole|RoleBinding|ClusterRoleBinding)\b/m

/** Cuts the output of `helm template` into objects; `undefined`: a document of it is no YAML. */
export function chartDocuments(stdout: string): ChartDocument[] | undefined {
  const counts = new Map<string, number>()
  const found: ChartDocument[] = []
  for (const part of stdout.split(/^---[ \t]*(?:#.*)?$/m)) {
    const source = /^\s*# Source: (.+?)\s*$/m.exec(part)?.[1]
    if (source === undefined) continue
    const path = withoutMarks(source)
    const index = counts.get(path) ?? 0
    counts.set(path, index + 1)
    const text = withoutMarks(part)
    const isUser = !KINDS.test(text)
    if (isUser && !MENTIONS_SECRETS.test(text) && !MAKES_SECRETS.test(text)) continue
    const parsed = parseYaml({ file: path, text: part })
    const [document] = parsed.documents
    if (document === undefined) {
      if (parsed.notes.length > 0 && !isUser) return undefined
      continue
    }
    const { value: body } = document
    if (!isMap(body) || isNeverApplied(body)) continue
    const { apiVersion, kind } = body
    if (isUser && !mayUseSecrets({ apiVersion: String(apiVersion ?? ''), kind: String(kind ?? ''), body })) continue
    found.push({ source: path, index, document, body, isUser, lines: part.split('\n') })
  }
  return found
}

/** Hooks that no deployer applies, or at deletion only (helm.md §7.7). */
function isNeverApplied(body: ValueMap): boolean {
  const hooks = (stringAt(body, 'metadata', 'annotations', 'helm.sh/hook') ?? '').split(',').map((hook) => hook.trim())
  return hooks.every((hook) =>
    /^(?:test|test-success|test-failure|pre-delete|post-delete|pre-rollback|post-rollback)$/.test(hook),
  )
}
