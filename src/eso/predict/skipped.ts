import type { Skipped } from '../../model/reference.ts'
import type { StoreResolution } from '../../model/store.ts'
import type { Context } from './context.ts'

/**
 * Why ESO leaves an object alone: a store or generator that it resolves to is for another controller class. Nothing is written
 * into its status then (eso.md §6.3 step 2).
 */
export function skippedBy(
  resolutions: readonly StoreResolution[],
  { controllerClass, holesOf }: Pick<Context, 'controllerClass' | 'holesOf'>,
): Skipped | undefined {
  for (const resolution of resolutions) {
    if (resolution.found !== 'vault') continue
    const { kind, name, controller } = resolution.store
    if (controller === undefined || controller === controllerClass || holesOf(controller).length > 0) continue
    return { code: 'other-controller', kind, name, wants: controller, runs: controllerClass }
  }
  return undefined
}
