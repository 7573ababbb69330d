import { whyUnreadable } from '../files/text-file.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import { type Config, DEFAULT_CONFIG_FILE, EMPTY_CONFIG, readConfig } from './config-file.ts'
import type { Given } from './given.ts'

/** Text of a file; `undefined` when there is none. Throws for everything else (a folder, no permission). */
export type ReadText = (file: string) => Promise<string | undefined>

/**
 * The config file that was asked for, or `.github/eso-vault.yml` when it exists.
 *
 * @throws InvalidInput when the file that was asked for cannot be read, or when the file is wrong.
 */
export async function loadConfig(given: Given, rules: readonly string[], readText: ReadText): Promise<Config> {
  const asked = given.values.config
  const file = asked ?? DEFAULT_CONFIG_FILE
  let text: string | undefined
  try {
    text = await readText(file)
  } catch (error) {
    throw new InvalidInput(`This config file cannot be read: ${whyUnreadable(error)}.`, { file })
  }
  if (text !== undefined) return readConfig(file, text, { rules })
  if (asked !== undefined) throw new InvalidInput('There is no such config file.', { file })
  return EMPTY_CONFIG
}
