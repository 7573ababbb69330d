import type { Chain, Link } from '../../chain/chain.ts'
import { objectsOf } from '../../chain/fold-links.ts'
import { listAt, mapAt, textAt } from '../../eso/field-value.ts'
import { secretTemplate } from '../../eso/template/template-fields.ts'
import { isEsoGroup } from '../../model/kinds.ts'
import type { Manifest } from '../../model/manifest.ts'
import { nameManifest } from '../../model/wording.ts'
import type { WorkloadUser } from '../../report/workload-user.ts'
import { compare } from '../../rules/worst-first.ts'
import type { Consumption } from '../../workloads/consumption.ts'
import { variableName } from '../../workloads/fragments.ts'

/** The places that ask for what a reference brings into a Secret: by its key, or for the whole Secret. */
export function usersOfLink({ lastMile }: Pick<Chain, 'lastMile'>, link: Link): Consumption[] {
  const { reference } = link
  if (reference.operation === 'push') return []
  return objectsOf(link).flatMap((object) => {
    const key = keyOf(object, reference.operation, reference.field)
    return lastMile
      .usersOf(object)
      .filter(({ keys }) => key === undefined || keys.length === 0 || keys.flat().includes(key))
  })
}

/** The key under which the value stands in the Secret; `undefined`: several, or a template decides. */
function keyOf(object: Manifest, operation: string, field: readonly (string | number)[]): string | undefined {
  const template = secretTemplate(object)?.template
  const isTemplated =
    Object.keys(mapAt(template, 'data') ?? {}).length > 0 || listAt(template, 'templateFrom').length > 0
  return operation === 'data' && !isTemplated ? textAt(object.body, ...field, 'secretKey') : undefined
}

/** One entry for each object and way of use, in the order of their names; what ESO's own objects do with it is told elsewhere. */
export function shownUsers(consumptions: readonly Consumption[]): WorkloadUser[] {
  const shown = new Map<string, WorkloadUser>()
  for (const one of consumptions) {
    if (isEsoGroup(one.by.apiVersion)) continue
    const user = shownUser(one)
    const id = JSON.stringify([user.manifest, user.container, user.use, user.as])
    if (!shown.has(id)) shown.set(id, user)
  }
  return [...shown.values()].sort(
    (a, b) => compare(a.manifest, b.manifest) || compare(a.file, b.file) || a.line - b.line,
  )
}

export function shownUser(one: Consumption): WorkloadUser {
  const { file, line } = one.by.spanOf(one.field)
  return {
    manifest: nameManifest(one.by),
    file,
    line,
    use: one.place,
    secret: one.name,
    keys: [...new Set(one.keys.flat())],
    as: one.as ?? variableName(one.by.body, one.field) ?? null,
    container: one.container ?? null,
    inValues: one.inValues,
    optional: one.optional,
  }
}
