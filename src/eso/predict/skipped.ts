import type { StoreResolution } from '../../model/store.ts'
import type { Context } from './context.ts'

/**
 * Why ESO leaves an object alone: a store or generator that it resolves to is for another controller class. Nothing is written
 * into its status then (eso.md §6.3 step 2).
 */
export function skippedBy(
  resolutions: readonly StoreResolution[],
  { controllerClass, holesOf }: Pick<Context, 'controllerClass' | 'holesOf'>,
): string | undefined {
  for (const resolution of resolutions) {
    if (resolution.found !== 'vault') continue
    const { kind, name, controller } = resolution.store
    if (controller === undefined || controller === controllerClass || holesOf(controller).length > 0) continue
    return `${kind} ${name} is for the controller class "${controller}", and this ESO runs as "${controllerClass}"`
  }
  return undefined
}
