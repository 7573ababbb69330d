import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath } from '../../model/value.ts'
import { mapAt, textAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { patchOver } from '../patched.ts'
import { readConsumer } from '../predict/consumer.ts'

const TYPES = ['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token'] as const
const ACCOUNT = 'kubernetes.io/service-account.name'

/** A template that makes Kubernetes put a credential of its own into the Secret. */
export interface ServiceAccountTokenTemplate {
  readonly manifest: Manifest
  readonly field: FieldPath
  readonly span: Span
  readonly type: (typeof TYPES)[number]
  /** The ServiceAccount that the template's annotation names: with it the webhook refuses the ExternalSecret (eso.md §6.2). */
  readonly serviceAccount: string | undefined
}

/** Templates of the Secret types that ESO's webhook guards (eso.md §6.2); PushSecrets have no webhook, and a template too. */
export function serviceAccountTokenTemplates(manifests: readonly Manifest[]): readonly ServiceAccountTokenTemplate[] {
  return manifests.flatMap((manifest): ServiceAccountTokenTemplate[] => {
    const consumer = readConsumer(manifest, { namespaces: new Map(), holesOf: textHoles })
    if (consumer === undefined) return []
    const template = consumer.makes === 'ExternalSecret' ? ['target', 'template'] : ['template']
    const field = [...consumer.at, ...template, 'type']
    const type = TYPES.find((guarded) => guarded === textAt(manifest.body, ...field))
    if (type === undefined || patchOver(manifest, field) !== undefined) return []
    const annotations = mapAt(consumer.spec, ...template, 'metadata', 'annotations')
    return [
      { manifest, field, span: manifest.spanOf(field, 'value'), type, serviceAccount: textAt(annotations, ACCOUNT) },
    ]
  })
}
