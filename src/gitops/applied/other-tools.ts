import { posix } from 'node:path'
import { ancestors } from '../../files/ancestors.ts'
import { groupOf } from '../../model/kinds.ts'
import { stringAt } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import type { NotFollowed } from '../not-followed.ts'

/** Tools that apply things in ways that are not followed, by the files that they are set up with. */
const BY_FILE: readonly (readonly [RegExp, string])[] = [
  [/^helmfile(?:\.[\w-]+)?\.(?:ya?ml|ya?ml\.gotmpl)$/, 'Helmfile'],
  [/^skaffold\.ya?ml$/, 'Skaffold file'],
  [/^Tiltfile$/, 'Tiltfile'],
  [/^werf\.ya?ml$/, 'werf project'],
  [/^Pulumi\.ya?ml$/, 'Pulumi project'],
  [/^cdk8s\.ya?ml$/, 'CDK8s app'],
]

/** The same by the group of their objects. */
const BY_GROUP: Readonly<Record<string, string>> = {
  'kargo.akuity.io': 'Kargo object',
  'config.projectsveltos.io': 'Sveltos object',
  'kappctrl.k14s.io': 'Carvel App',
  'apps.open-cluster-management.io': 'Open Cluster Management object',
  'policy.open-cluster-management.io': 'Open Cluster Management policy',
}

/**
 * Names what is not followed, one kind of thing once. It is unresolved only where its text names a folder here that holds ESO objects
 * (applied.md §3.1).
 */
export function otherTools(checkout: Checkout): NotFollowed[] {
  const holding = new Set<string>()
  for (const { relative, text } of checkout.sources.values())
    if (text.includes('external-secrets.io')) for (const folder of ancestors(relative)) holding.add(folder)
  holding.delete('')
  const found: NotFollowed[] = []
  const add = (kind: string, name: string, file: string, line: number, words: Iterable<string>) =>
    found.push({
      title: `${kind} ${name}`,
      span: { file: checkout.shown(file), line, column: 1, endLine: line, endColumn: 1 },
      unresolved: namesOneOf(holding, checkout, file, words),
      why: { code: 'kind-not-followed', kind },
    })
  for (const file of checkout.root.files) {
    const [, kind] = BY_FILE.find(([name]) => name.test(posix.basename(file))) ?? []
    if (kind === undefined || checkout.hasDeadName(file)) continue
    const text = checkout.root.read?.(file) ?? ''
    add(kind, checkout.shown(file), file, 1, [...(text.match(PATHS) ?? []), ...(text.match(NAMES) ?? [])])
  }
  for (const [file, source] of checkout.sources) {
    if (checkout.hasDeadName(file)) continue
    for (const document of checkout.documents(file)) {
      const { value, span } = document
      const tool = BY_GROUP[groupOf(stringAt(value, 'apiVersion') ?? '')]
      const name = stringAt(value, 'metadata', 'name') ?? ''
      if (tool !== undefined) add(tool, name, file, span.line, source.text.match(PATHS) ?? [])
    }
  }
  return found
}

/** Paths, and what stands alone as a value or an item. */
const PATHS = /[\w.-]*\/[\w./-]*/g
const NAMES = /(?<=[:-] ["']?)[\w-]+(?=["']?$)/gm

function namesOneOf(holding: ReadonlySet<string>, { root }: Checkout, file: string, words: Iterable<string>): boolean {
  if (holding.size === 0) return false
  const from = posix.dirname(file)
  return [...new Set(words)].some((word) =>
    ['', from].some((base) => {
      const path = root.resolve(posix.join(base, word))
      return path !== undefined && holding.has(path)
    }),
  )
}
