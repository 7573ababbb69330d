import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import type { Finding } from '../../src/model/finding.ts'
import { check } from '../../src/modes/check.ts'
import { drift } from '../../src/modes/drift.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { EMPTY_CONFIG, readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { Settings } from '../../src/settings/settings.ts'
import { fakeChange } from './fake-change.ts'
import { type FakeVault, fakeLive } from './fake-live.ts'

/** A line that must be reported, and a text that the message must hold (`# expect: rule-id part of the message`). */
export interface Expectation {
  readonly rule: string
  readonly at: string
  readonly says: string
}

/**
 * A fixture is a small repository in a folder. `# expect: <rule-id> [part of the message]` (in Markdown `<!-- expect: … -->`) at
 * the end of a line says that the rule must report that line. `live.json` stands for a server, `eso-vault.yml` is the config, and
 * the folder `before` is what a change starts from.
 */
export async function runFixture(
  folder: string,
): Promise<{ findings: readonly Finding[]; expected: readonly Expectation[] }> {
  const config = readIfThere(join(folder, 'eso-vault.yml'))
  const live = readIfThere(join(folder, 'live.json'))
  const mode = live !== undefined && (JSON.parse(live) as FakeVault).mode === 'drift' ? 'drift' : 'check'
  const resolved = resolveSettings({
    given: {
      from: 'terminal',
      command: mode,
      subject: undefined,
      values: mode === 'drift' ? { paths: folder, 'vault-addr': 'https://vault.test' } : { paths: folder },
      format: 'json',
      color: false,
    },
    config: config === undefined ? EMPTY_CONFIG : readConfig('eso-vault.yml', config, { rules: RULE_IDS }),
    environment: readEnvironment(mode === 'drift' ? { VAULT_TOKEN: 'a-token-of-nobody' } : {}),
    folder: basename(folder),
  })
  // What stands for the server or for the past must not be read as a declaration.
  const settings: Settings = { ...resolved, exclude: [...resolved.exclude, 'live.json', 'before/**'] }
  const before = join(folder, 'before')
  const change = existsSync(before) ? fakeChange(folder, before, resolved, filesIn) : undefined
  const { report } = await (mode === 'drift' ? drift : check)(
    change ? { ...settings, reportScope: 'changed' } : settings,
    {
      change,
      cwd: folder,
      today: '2026-06-01',
      live: live === undefined ? undefined : fakeLive(JSON.parse(live) as FakeVault),
      incomplete: [],
    },
  )
  return {
    findings: report.findings,
    expected: filesIn(folder)
      .filter((file) => !file.startsWith(before))
      .flatMap((file) => expectationsIn(folder, file)),
  }
}

function expectationsIn(folder: string, file: string): Expectation[] {
  const name = relative(folder, file)
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(/(?:#|\/\/|<!--)\s*expect:\s*([a-z0-9-]+)\s*([^#>]*?)(?:-->|(?=#)|$)/g)].map((match) => ({
        rule: match[1] as string,
        at: `${name}:${i + 1}`,
        says: (match[2] ?? '').trim(),
      })),
    )
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
