import { readTextIfThere } from '../files/text-file.ts'
import type { Env } from './environment.ts'

/** The payload of the event that started the run, parsed; `undefined` outside of Actions, or where it cannot be read. */
export async function readEvent(env: Env): Promise<unknown> {
  const file = env.GITHUB_EVENT_PATH
  if (file === undefined || file === '') return undefined
  try {
    const text = await readTextIfThere(file)
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
