import { posix } from 'node:path'
import { root } from '../../../src/files/root.ts'
import { parseYaml } from '../../../src/files/yaml/parse-yaml.ts'
import { applicationsOf, type GeneratedApplications } from '../../../src/gitops/argo/application-set.ts'
import type { DeclaredCluster } from '../../../src/gitops/argo/cluster-secrets.ts'
import { type Placed, placed, plainValue, textAt } from '../../../src/gitops/placed/placed.ts'
import type { Value } from '../../../src/model/value.ts'

export type Files = Readonly<Record<string, string>>

export interface Generated extends GeneratedApplications {
  /** `spec.source.path` of each Application. */
  readonly paths: readonly (string | undefined)[]
  readonly plain: readonly Value[]
}

/** What is made of an ApplicationSet whose `spec` is this YAML, in a repository of these files. */
export function generated(spec: string, files: Files = {}, clusters: readonly DeclaredCluster[] = []): Generated {
  const folders = new Set<string>([''])
  for (const file of Object.keys(files))
    for (let folder = posix.dirname(file); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder)
  const checkout = {
    ...root('/nowhere', new Set(Object.keys(files)), folders, new Map()),
    read: (path: string) => files[path],
  }
  const text = `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n${spec.replace(/^(?=.)/gm, '  ')}`
  const { documents, notes } = parseYaml({ file: 'set.yaml', text })
  if (notes.length > 0 || documents[0] === undefined) throw new Error(`no YAML: ${text}`)
  const result = applicationsOf(placed(documents[0]), {
    root: checkout,
    shown: (file) => file,
    clusters,
    isThis: (address) => !(address ?? '').includes('other'),
  })
  return {
    ...result,
    paths: result.applications.map(({ node }) => textAt(node, 'spec', 'source', 'path')),
    plain: result.applications.map(({ node }: { node: Placed }) => plainValue(node)),
  }
}

/** A spec with one generator (flow YAML) and a template of that path. */
export const oneGenerator = (generator: string, path: string, more = '') =>
  `generators: [${generator}]\n${more}template: {metadata: {name: x}, spec: {source: {repoURL: "https://github.com/team/home", path: "${path.replaceAll('"', '\\"')}"}}}\n`

export const go = (generator: string, path: string, more = '') =>
  oneGenerator(generator, path, `goTemplate: true\n${more}`)
