import type { SourceFile } from '../../files/source-file.ts'
import { LineIndex } from '../../files/yaml/line-index.ts'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { Span } from '../../model/span.ts'
import type { Checkout } from '../checkout.ts'
import { placed } from '../placed/placed.ts'
import type { GitOpsObject } from '../root.ts'
import { embeddedGitOps, isGitOpsNode, MENTIONS_EMBEDDED } from './embedded-gitops.ts'

export interface TerraformGitOps {
  /** What `flux_bootstrap_git` applies first, as the Kustomization that it makes; a path with `${…}` stays as written. */
  readonly bootstraps: readonly GitOpsObject[]
  /** Applications and the like in YAML texts: `kubectl_manifest`, values of a `helm_release`. */
  readonly objects: readonly GitOpsObject[]
}

const BOOTSTRAP = /resource\s+"flux_bootstrap_git"\s+"([^"]+)"\s*\{/g
const HEREDOC = /<<-?"?(\w+)"?[ \t]*$/
/** A block that is longer is no bootstrap. */
const MAX_BLOCK = 10_000

/** What the Terraform of a checkout says that Flux and Argo CD start with (applied.md §1.1, §2.1 rule 2). Read as text; nothing is run. */
export function terraformGitOps(checkout: Checkout): TerraformGitOps {
  const bootstraps: GitOpsObject[] = []
  const objects: GitOpsObject[] = []
  for (const source of checkout.sources.values()) {
    if (!/\.(?:tf|tofu)$/.test(source.relative)) continue
    if (source.text.includes('flux_bootstrap_git')) bootstraps.push(...bootstrapsIn(checkout, source))
    if (source.text.includes('<<') && MENTIONS_EMBEDDED.test(source.text)) objects.push(...objectsIn(checkout, source))
  }
  return { bootstraps, objects }
}

function bootstrapsIn(checkout: Checkout, { file, relative, text }: SourceFile): GitOpsObject[] {
  const lines = new LineIndex(file, text)
  return [...text.matchAll(BOOTSTRAP)].flatMap((match) => {
    const start = match.index + match[0].length
    const block = blockFrom(text, start)
    const path = /^[ \t]*path[ \t]*=[ \t]*"([^"\n]*)"/m.exec(block)
    const at = path === null ? match.index : start + path.index
    const span = lines.span(at, at + (path?.[0].length ?? match[0].length))
    const node = madeAt(file, span, {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: `flux_bootstrap_git.${match[1]}` },
      spec: { path: path?.[1] ?? './', sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
    })
    return node === undefined ? [] : [{ checkout, node, file: relative, document: 0 }]
  })
}

/** From behind a `{` to its `}`. */
function blockFrom(text: string, start: number): string {
  let depth = 1
  for (let at = start; at < Math.min(text.length, start + MAX_BLOCK); at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return text.slice(start, at)
  }
  return text.slice(start, start + MAX_BLOCK)
}

function objectsIn(checkout: Checkout, { file, relative, text }: SourceFile): GitOpsObject[] {
  const lines = new LineIndex(file, text)
  return heredocsIn(text).flatMap(({ start, end }) => {
    const inner = text.slice(start, end)
    if (!MENTIONS_EMBEDDED.test(inner)) return []
    const { documents } = parseYaml(
      { file, text: inner },
      { locate: (from, to) => lines.span(start + from, start + to) },
    )
    return documents
      .map((document) => placed(document))
      .flatMap((node) => [...(isGitOpsNode(node) ? [node] : []), ...embeddedGitOps(node)])
      .map((node, index): GitOpsObject => ({ checkout, node, file: relative, document: index }))
  })
}

function heredocsIn(text: string): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = []
  let open: { readonly end: string; readonly start: number } | undefined
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\n', at)
    const end = next === -1 ? text.length : next
    const line = text.slice(at, end).replace(/\r$/, '')
    if (open === undefined) {
      const [, word] = HEREDOC.exec(line) ?? []
      if (word !== undefined) open = { end: word, start: end + 1 }
    } else if (line.trim() === open.end) {
      found.push({ start: open.start, end: at })
      open = undefined
    }
    at = end + 1
  }
  return found
}

function madeAt(file: string, span: Span, value: object) {
  const [document] = parseYaml({ file, text: JSON.stringify(value) }, { locate: () => span }).documents
  return document === undefined ? undefined : placed(document)
}
