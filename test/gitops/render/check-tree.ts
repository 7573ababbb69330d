import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { check } from '../../../src/modes/check.ts'
import { renderWith } from '../../../src/modes/render.ts'
import type { Report } from '../../../src/report/report.ts'
import { summaryOf } from '../../../src/report/summary.ts'
import { terminalReport } from '../../../src/report/terminal.ts'
import { EMPTY_CONFIG } from '../../../src/settings/config-file.ts'
import { readEnvironment } from '../../../src/settings/environment.ts'
import { resolveSettings } from '../../../src/settings/resolve-settings.ts'
import { clusterSecretStore } from '../../cluster-secret-store.ts'
import { jsonText } from '../../report/json-text.ts'
import type { Files } from './render-tree.ts'

export interface Checked {
  readonly report: Report
  /** All that a reader could see of it, in every form. */
  readonly text: string
}

/** A store of which Git also holds the role and the policy: every key below `allowed/` may be read, no other. */
export const LAW: Files = {
  'law/store.yaml': clusterSecretStore(),
  'law/policies/eso.hcl': 'path "kv/data/allowed/*" {\n  capabilities = ["read"]\n}\n',
  'law/setup.sh':
    'vault policy write eso law/policies/eso.hcl\nvault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso\n',
}

/** Checks a tree as a run would, with the kustomize of a search path (`''`: none). */
export async function checkTree(
  files: Files,
  searchPath: string,
  values: Readonly<Record<string, string>> = {},
): Promise<Checked> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-check-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      const target = path.join(folder, file)
      mkdirSync(path.dirname(target), { recursive: true })
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), target)
      else writeFileSync(target, text)
    }
    const settings = resolveSettings({
      given: { from: 'terminal', command: 'check', subject: undefined, values, format: 'json', color: false },
      config: EMPTY_CONFIG,
      environment: readEnvironment({}),
      folder: 'test',
    })
    const { report } = await check(settings, {
      cwd: folder,
      today: '2026-06-01',
      live: undefined,
      incomplete: [],
      render: renderWith(settings, { PATH: searchPath }),
    })
    const options = { color: false, width: 120 }
    const text = [jsonText(report), summaryOf(report), terminalReport(report, () => undefined, options)].join('\n')
    return { report, text }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
