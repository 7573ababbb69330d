import type { Environment } from './environment.ts'
import type { Given } from './given.ts'
import { loadConfig, type ReadText } from './load-config.ts'
import { resolveSettings } from './resolve-settings.ts'
import type { Settings } from './settings.ts'

/**
 * What makes a run's settings of what it was given, with the config file that `read` finds. Given another `read`, it makes those
 * that another text of the file gives, all else being the same.
 */
export function settingsReader(
  given: Given,
  environment: Environment,
  { rules, folder }: { readonly rules: readonly string[]; readonly folder: string },
): (read: ReadText) => Promise<Settings> {
  return async (read) => resolveSettings({ given, config: await loadConfig(given, rules, read), environment, folder })
}
