import type { ChartRelease, ValueLayer } from '../../../src/gitops/helm/chart-release.ts'
import { plainValue } from '../../../src/gitops/placed/placed.ts'
import type { GitOpsRoot } from '../../../src/gitops/root.ts'
import { appliedTree, type Files } from '../applied/applied-tree.ts'

/** A chart that has something to bring. */
export const chart = (folder: string, more: Files = {}): Files => ({
  [`${folder}/Chart.yaml`]: `apiVersion: v2\nname: ${folder.split('/').at(-1)}\nversion: 0.1.0\n`,
  [`${folder}/values.yaml`]: 'key: kv/app\n',
  [`${folder}/templates/es.yaml`]:
    'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: {{ .Release.Name }}}\nspec:\n  secretStoreRef: {name: vault}\n  dataFrom: [{extract: {key: {{ .Values.key }}}}]\n',
  ...Object.fromEntries(Object.entries(more).map(([file, text]) => [`${folder}/${file}`, text])),
})

export interface Release {
  readonly by: string
  readonly chart: string
  readonly name: unknown
  readonly namespace: unknown
  readonly layers: readonly string[]
  readonly release: ChartRelease
  readonly root: GitOpsRoot
}

function shown(layer: ValueLayer): string {
  switch (layer.from) {
    case 'file':
      return layer.file
    case 'map':
      return JSON.stringify(plainValue(layer.node))
    case 'text':
      return JSON.stringify(plainValue(layer.node)).replace(/^"|"$/g, "'")
    case 'set':
      return `${layer.as} ${layer.name}=${String(plainValue(layer.value))}`
    case 'set-file':
      return `file ${layer.name}=${layer.file}`
    case 'missing':
      return `missing ${layer.why.code} ${layer.why.name}${layer.only === undefined ? '' : ` (${layer.only})`}`
  }
}

/** What is handed to helm, root by root, and what was not followed, by its code. */
export async function releases(
  files: Files,
): Promise<{ readonly found: readonly Release[]; readonly notes: readonly string[] }> {
  const { outputs, notFollowed } = await appliedTree(files, { identities: ['team/home'] })
  const found = outputs.flatMap(({ root }): Release[] => {
    if (root.build.by !== 'helm' || root.undeployed !== undefined) return []
    const { release } = root.build
    return [
      {
        by: `${root.appliedBy.kind} ${root.appliedBy.name}`,
        chart: release.chart,
        name: plainValue(release.name),
        namespace: release.namespace && plainValue(release.namespace),
        layers: release.layers.map(shown),
        release,
        root,
      },
    ]
  })
  const notes = notFollowed.flatMap(({ why }) => (why.code === 'helm-absent' ? [] : [JSON.stringify(why)]))
  return { found, notes }
}
