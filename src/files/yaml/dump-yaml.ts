import { dump } from 'js-yaml'
import type { Value } from '../../model/value.ts'

/** A value as block YAML in the layout of Go's `sigs.k8s.io/yaml`: keys sorted, lists not indented. Ends without a line break. */
export function dumpYaml(value: Value): string {
  return dump(value, { sortKeys: true, noRefs: true, lineWidth: -1, seqNoIndent: true }).trimEnd()
}
