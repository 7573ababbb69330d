import { describe, expect, it } from 'vitest'
import { commentBody } from '../../src/report/comment.ts'
import { jsonPieces } from '../../src/report/json.ts'
import { reportJsonSchema } from '../../src/report/report-schema.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import type { SnapshotFile } from '../../src/state/snapshot/snapshot-file.ts'
import { accepts } from '../settings/json-schema.ts'
import { snapshot } from '../state/snapshot/sample.ts'
import type { Files } from './git-history.ts'
import { brought, checkBy, item, opened, STORE, secretOf } from './snapshot-of-change.ts'

const policy = (text: string): Partial<SnapshotFile> => ({
  policies: { '': { complete: true, of: { eso: { text } } } },
})
/** What Vault has: one policy, of one role, that covers one folder. */
const NARROW = snapshot(policy('path "kv/data/shop/*" {\n  capabilities = ["read"]\n}\n'))

const BEFORE = { 'store.yaml': STORE, 'old.yaml': secretOf('old', item('billing/old', 'x')) }

async function needOf(after: Files, vault: SnapshotFile = NARROW, before: Files = BEFORE) {
  const { report } = await checkBy(opened(before, after), brought(vault))
  return { report, need: report.need }
}

describe('what merging a pull request needs of Vault (snapshot.md §3)', () => {
  it('the rules that no policy has, in the policy that the role has, and the secrets with their commands', async () => {
    const after = {
      'new.yaml': secretOf(
        'new',
        [item('billing/stripe', 'api_key'), item('billing/stripe', 'webhook'), item('shop/fresh', 'user')].join('\n'),
      ),
    }
    const { report, need } = await needOf(after)
    expect(need?.counts).toEqual({ rules: 1, roles: 0, mounts: 0, secrets: 1, keys: 0 })
    expect(need?.steps).toMatchObject([
      {
        id: 'policy eso',
        kind: 'policy',
        action: 'update',
        rules: [{ path: 'kv/data/billing/stripe', before: null, after: ['read'] }],
      },
    ])
    // Of billing the snapshot says nothing: nothing is made up about it.
    expect(need?.seeds.map(({ path, keys }) => [path, keys])).toEqual([['kv/shop/fresh', ['user']]])
    expect(need?.seeds[0]?.command).toContain('bao kv put -mount=kv -cas=0 shop/fresh user=-')
    const texts = [summaryOf(report), commentBody(report), terminalReport(report, () => undefined, { color: false })]
    for (const text of texts) {
      expect(text).toContain('Merging this needs 1 rule and 1 secret in Vault')
      expect(text).toContain('+path "kv/data/billing/stripe" { capabilities = ["read"] }')
      expect(text).toContain('bao kv put -mount=kv')
      // Older trouble is not this pull request's.
      expect(text.split('Merging this needs')[1]?.split('###')[0]).not.toContain('billing/old')
    }
    const value = JSON.parse([...jsonPieces(report)].join(''))
    expect(value.need).toMatchObject({ sentence: expect.stringContaining('1 rule and 1 secret'), counts: { rules: 1 } })
    expect(accepts(reportJsonSchema(), value)).toBe(true)
  })

  it('keys to add to a secret that is there', async () => {
    const { need } = await needOf({ 'new.yaml': secretOf('new', item('shop/db', 'token')) })
    expect([need?.counts, need?.steps]).toEqual([{ rules: 0, roles: 0, mounts: 0, secrets: 0, keys: 1 }, []])
    expect(need?.seeds[0]?.command).toContain('bao kv patch -mount=kv shop/db token=-')
  })

  it('a role that is not there, its policy, and who it must admit', async () => {
    const store = STORE.replace('name: vault', 'name: other')
      .replace('role: eso', 'role: billing')
      .replace('serviceAccountRef: { name: eso', 'serviceAccountRef: { name: billing')
    const secret = secretOf('new', item('shop/db', 'user')).replace('name: vault', 'name: other')
    const { need, report } = await needOf({ 'other.yaml': store, 'new.yaml': secret })
    expect(need?.steps.map(({ id, action }) => `${action} ${id}`)).toEqual([
      'create policy billing',
      'create role billing of auth mount kubernetes/',
    ])
    expect(need?.counts).toMatchObject({ rules: 1, roles: 1 })
    expect(commentBody(report)).toContain('+bound_service_account_names = ["billing"]')
  })

  it('a login that the role does not admit', async () => {
    const store = STORE.replace('name: vault', 'name: other').replace(
      'name: eso, namespace: eso',
      'name: second, namespace: eso',
    )
    const secret = secretOf('new', item('shop/db', 'user')).replace('name: vault', 'name: other')
    const { need } = await needOf({ 'other.yaml': store, 'new.yaml': secret })
    expect(need?.steps).toMatchObject([
      {
        kind: 'role',
        action: 'update',
        fields: [{ field: 'bound_service_account_names', before: ['eso'], after: ['eso', 'second'] }],
      },
    ])
  })

  it.each([
    ['nothing that is lacking', { 'new.yaml': secretOf('new', item('shop/db', 'user')) }, NARROW],
    [
      'a rule that another policy of the role has',
      { 'new.yaml': secretOf('new', item('billing/stripe', 'x')) },
      snapshot({
        roles: {
          '': {
            kubernetes: {
              complete: true,
              of: {
                eso: {
                  type: 'kubernetes',
                  fields: {
                    bound_service_account_names: ['eso'],
                    bound_service_account_namespaces: ['eso'],
                    token_policies: ['eso', 'more'],
                  },
                },
              },
            },
          },
        },
        policies: {
          '': {
            complete: true,
            of: { eso: { text: '' }, more: { text: 'path "kv/data/*" { capabilities = ["read"] }' } },
          },
        },
      }),
    ],
    ['what the snapshot does not show', { 'new.yaml': secretOf('new', item('shop/ghost', 'x')) }, NARROW],
    ['what is in no change', { 'README.md': 'words' }, NARROW],
  ])('%s needs nothing', async (_, after, vault) => {
    const { need, report } = await needOf(after, vault)
    expect(need).toBeUndefined()
    expect(summaryOf(report)).not.toContain('Merging this needs')
  })

  it('a policy that Git declares is brought by the merge, and the finding says where to write the rule', async () => {
    const hcl = 'path "kv/data/shop/*" {\n  capabilities = ["read"]\n}\n'
    const script = 'vault policy write eso eso.hcl\n'
    const before = { ...BEFORE, 'vault/eso.hcl': hcl, 'vault/setup.sh': script }
    const { need, report } = await needOf({ 'new.yaml': secretOf('new', item('billing/stripe', 'x')) }, NARROW, before)
    expect(report.findings.map(({ rule }) => rule)).toContain('policy-denies')
    expect(need).toBeUndefined()
  })

  it('a set-up’s wishes and files are no affair of a check', async () => {
    const setup = 'setup: { policy: { generate: { file: none.hcl } }, role: { ttl: 5m }, kubernetes: { ca: none.pem } }'
    const pull = opened(BEFORE, { 'new.yaml': secretOf('new', item('billing/stripe', 'x')) })
    const { report } = await checkBy(pull, brought(NARROW), {}, setup)
    expect([report.problems, report.need?.counts]).toEqual([
      undefined,
      { rules: 1, roles: 0, mounts: 0, secrets: 0, keys: 0 },
    ])
  })

  it('what nothing applies needs nothing', async () => {
    const before = { ...BEFORE, 'kustomization.yaml': 'resources: [store.yaml, old.yaml]\n' }
    const { need } = await needOf({ 'draft/new.yaml': secretOf('new', item('billing/stripe', 'x')) }, NARROW, before)
    expect(need).toBeUndefined()
  })

  it('names out of manifests are shown as they are, and start nothing', async () => {
    const hostile = 'shop/a`b</details>@everyone'
    const { report, need } = await needOf({
      'new.yaml': secretOf(
        'new',
        `    - { secretKey: a, remoteRef: { key: ${JSON.stringify(hostile)}, property: p } }`,
      ),
    })
    expect(need?.seeds).toHaveLength(1)
    const body = commentBody(report)
    expect(body.split('Merging this needs')[1]?.replaceAll(/(`{3,})[a-z]*\n[\s\S]*?\n\1/g, '')).not.toContain(
      '</details>@',
    )
  })
})
